// Opens several tabs of the console in the system's Chromium, waits while their access tokens run out again and again, kills one
// of them, and prints what it saw as one JSON object.
//   echo '{"api": URL, "username": TEXT, "password": TEXT, "tabs": N, "seconds": N}' | node tabs.mjs
import { launch, readJob } from "./chromium.mjs";

const job = await readJob();
const browser = await launch();
try {
  const context = await browser.newContext({ locale: "en-GB" });
  const refreshes = [];
  const streams = new Set();
  context.on("request", (request) => {
    if (request.method() === "PUT" && request.url().endsWith("/admin/session/")) refreshes.push(Date.now());
    if (request.url().endsWith("/api/events/")) streams.add(request.frame().page());
  });
  const refused = [];
  context.on("response", (response) => response.status() === 429 && refused.push(response.url()));
  const open = async () => {
    const page = await context.newPage();
    await page.goto(`${job.api}/admin/#/overview`);
    return page;
  };
  const first = await open();
  await first.fill("[name=username]", job.username);
  await first.fill("[name=password]", job.password);
  await first.keyboard.press("Enter");
  await first.waitForSelector(".figures");
  await first.waitForSelector(".liveness.live");
  const begun = refreshes.length;
  const tabs = [first, ...(await Promise.all(Array.from({ length: job.tabs - 1 }, open)))];
  await Promise.all(tabs.map((page) => page.waitForSelector(".figures")));
  const whenOpened = refreshes.length - begun;
  await new Promise((resolve) => setTimeout(resolve, job.seconds * 500));
  await first.close();
  const left = tabs.slice(1);
  await new Promise((resolve) => setTimeout(resolve, job.seconds * 500));
  await Promise.all(left.map((page) => page.waitForSelector(".liveness.live")));
  await Promise.all(left.map((page) => page.evaluate(() => void (location.hash = "#/log"))));
  await Promise.all(left.map((page) => page.waitForSelector("#main .entry")));
  console.log(JSON.stringify({
    refreshes: refreshes.length - begun, whenOpened, streams: streams.size, refused,
    loggedOut: (await Promise.all(left.map((page) => page.$("form [name=password]")))).filter(Boolean).length,
    stored: await left[0].evaluate(() => Object.values({ ...localStorage }).filter((text) => text.includes("eyJ")).length),
  }));
} finally {
  await browser.close();
}
