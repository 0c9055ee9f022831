// Opens pages in the system's Chromium, with a token or from a file, and prints what it saw of each as one JSON array.
//   echo '{"pages": [{"url": URL, "token": TEXT?}], "screenshots": FOLDER}' | node report.mjs
import { launch, readJob } from "./chromium.mjs";

const job = await readJob();
const browser = await launch();
try {
  const seen = [];
  for (const [index, { url, token }] of job.pages.entries()) {
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
    await page.screenshot({ path: `${job.screenshots}/report-${index}.png` });
    // Playwright's own evaluation needs no permission of the page.
    seen.push({
      complaints, dialogs, requests, opened, title: await page.title(), url: page.url(),
      elements: await page.evaluate(() => [...new Set([...document.querySelectorAll("*")].map((one) => one.localName))].sort()),
      handlers: await page.evaluate(() => [...document.querySelectorAll("*")].flatMap((one) => [...one.attributes])
        .map((attribute) => attribute.name).filter((name) => /^on|^href$|^src$|^action$/.test(name))),
      report: await page.evaluate(() => document.querySelector("#report").textContent),
      text: await page.evaluate(() => document.body.innerText),
      marked: await page.evaluate(() => "marked" in window),
    });
    await context.close();
  }
  console.log(JSON.stringify(seen));
} finally {
  await browser.close();
}
