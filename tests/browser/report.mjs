// Opens pages in the system's Chromium, with a token or from a file, and prints what it saw of each as one JSON array.
//   echo '{"pages": [{"url": URL, "token": TEXT?, "screenshot": FILE?}]}' | node report.mjs
import { launch, readJob } from "./chromium.mjs";

const AT_ONCE = 8;  // pages: most of the time of each is a wait

async function look(browser, { url, token, screenshot }) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 },
    extraHTTPHeaders: token ? { Authorization: `Bearer ${token}` } : {} });
  const page = await context.newPage();
  const complaints = [];
  const requests = [];
  const dialogs = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("dialog", (dialog) => { dialogs.push(dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  await page.waitForTimeout(500);  // time for whatever might run
  const opened = context.pages().length;
  if (screenshot) await page.screenshot({ path: screenshot });
  // Playwright's own evaluation needs no permission of the page.
  const seen = await page.evaluate(() => {
    const elements = [...document.querySelectorAll("*")];
    return {
      elements: [...new Set(elements.map((one) => one.localName))].sort(),
      handlers: elements.flatMap((one) => [...one.attributes]).map((attribute) => attribute.name)
        .filter((name) => /^on|^src$|^action$/.test(name)),
      links: elements.filter((one) => one.hasAttribute("href")).map((one) => one.getAttribute("href")),
      report: document.querySelector("#report").textContent,
      text: document.body.innerText,
      marked: "marked" in window,
    };
  });
  const papers = {};
  for (const [name, media] of Object.entries({ light: { colorScheme: "light" }, dark: { colorScheme: "dark" },
    printed: { media: "print", colorScheme: "dark" } })) {
    await page.emulateMedia({ media: "screen", ...media });
    papers[name] = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  }
  const answer = { complaints, dialogs, requests, opened, title: await page.title(), url: page.url(), papers, ...seen };
  await context.close();
  return answer;
}

const job = await readJob();
const browser = await launch();
try {
  const seen = [];
  for (let first = 0; first < job.pages.length; first += AT_ONCE) {
    seen.push(...await Promise.all(job.pages.slice(first, first + AT_ONCE).map((page) => look(browser, page))));
  }
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
