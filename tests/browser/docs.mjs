// Opens /api/docs/ in the system's Chromium, logs in and out, and prints what it saw as one JSON object.
//   echo '{"api": URL, "username": TEXT, "password": TEXT, "screenshots": FOLDER}' | node docs.mjs
import { launch, readJob } from "./chromium.mjs";

const job = await readJob();
const browser = await launch();
try {
  const page = await (await browser.newContext({ viewport: { width: 1200, height: 900 } })).newPage();
  const complaints = [];
  const requests = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // Chromium says so of every answer that is no success: the refused login is one.
    if (!message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  page.on("request", (request) => requests.push(request.url()));
  const shot = (name) => page.screenshot({ path: `${job.screenshots}/${name}.png` });
  const logIn = async (password) => {
    await page.fill("input[name=username]", job.username);
    await page.fill("input[name=password]", password);
    await page.click("#login button");
  };
  const operations = () => page.$$eval(".opblock", (blocks) => blocks.map((block) => block.id));

  await page.goto(`${job.api}/api/docs/`);
  await shot("before");
  await logIn("not the password");
  await page.waitForSelector("#status.failed");
  const refusal = await page.textContent("#status");
  await logIn(job.password);
  await page.waitForSelector("#logout:not([hidden])");
  await page.waitForSelector(".opblock-tag");
  for (const tag of await page.$$(".opblock-tag[data-is-open=false]")) await tag.click();
  const shown = await operations();
  await page.evaluate(() => scrollTo(0, 0));
  await shot("after");
  // Swagger UI's own "try it out" sends the token of this login.
  await page.click("#operations-me-retrieveMe button.opblock-summary-control");
  await page.click("#operations-me-retrieveMe .try-out__btn");
  await page.click("#operations-me-retrieveMe .execute");
  const tried = await (await page.waitForSelector("#operations-me-retrieveMe .live-responses-table tbody .response-col_status")).textContent();
  const kept = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie.length]);
  await page.click("#logout");
  await page.waitForFunction(() => document.querySelector("#status").textContent === "Logged out.");
  console.log(JSON.stringify({
    refusal, shown, tried, kept, left: await operations(), complaints,
    hosts: [...new Set(requests.filter((url) => !url.startsWith("data:")).map((url) => new URL(url).host))],
    loaded: requests.length,
  }));
} finally {
  await browser.close();
}
