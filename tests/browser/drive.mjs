// Drives the system's Chromium through the stand-in front and prints what it saw as one JSON object.
//   echo '{"front": URL, "api": URL, "timezone": NAME, "stale": TOKEN, "handle": TEXT, "screenshot": FILE,
//          "calls": [[method, path, options]]}' | node drive.mjs
// `handle` is logged in with, if given.  `calls` are made afterwards and their answers returned in order; a fetch that
// fails gives {"error": text}.
import { launch, readJob } from "./chromium.mjs";

const job = await readJob();
const browser = await launch();
try {
  const context = await browser.newContext({ timezoneId: job.timezone });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));

  const preflights = [];
  const network = await context.newCDPSession(page);  // page events leave preflights out
  await network.send("Network.enable");
  network.on("Network.requestWillBeSent", ({ request }) => {
    if (request.method === "OPTIONS") preflights.push(new URL(request.url).pathname);
  });

  await page.goto(`${job.front}/?api=${encodeURIComponent(job.api)}`);
  await page.evaluate((token) => localStorage.setItem("access", token), job.stale);
  if (job.handle !== undefined) {
    await page.fill("input[name=handle]", job.handle);
    await page.click("button");
    await page.waitForFunction(() => document.querySelector("#status").textContent !== "Logged out");
  }
  const answers = [];
  for (const [method, path, options] of job.calls ?? []) {
    answers.push(await page.evaluate(
      ([how, where, what]) => {
        const asked = how === "refresh" ? window.front.refresh() : window.front.call(how, where, what);
        return asked.catch((error) => ({ error: String(error) }));
      },
      [method, path, options ?? {}]));
  }
  await page.screenshot({ path: job.screenshot });
  console.log(JSON.stringify({
    zone: await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
    status: await page.textContent("#status"),
    rows: await page.$$eval("#users tr", (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent))),
    answers, preflights, complaints,
  }));
} finally {
  await browser.close();
}
