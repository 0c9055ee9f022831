// Plans an action for people of a list, watches a worker do a part of it, and stops the rest, in the system's Chromium;
// prints what it saw as one JSON object.
//   echo '{"api": URL, "username": TEXT, "password": TEXT, "token": TEXT, "exempt": HANDLE, "screenshots": FOLDER}' | node plans.mjs
import { launch, readJob } from "./chromium.mjs";

const job = await readJob();
const browser = await launch();
const seen = {};
let context;
let page;
try {
  context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB" });
  page = await context.newPage();
  page.on("dialog", (dialog) => ((seen.asked = dialog.message()), dialog.accept()));
  const api = (path, body) =>
    fetch(job.api + path, { method: "POST", headers: { Authorization: `Bearer ${job.token}`, "Content-Type": "application/json" }, body: JSON.stringify(body) }).then((answer) => answer.json());
  const states = () => page.$$eval("#main .choices:last-of-type button", (all) => all.map((one) => one.textContent));
  const stateIs = (text) => page.waitForFunction((wanted) => [...document.querySelectorAll(".choices button")].some((one) => one.textContent === wanted), text);

  await page.goto(`${job.api}/admin/`);
  await page.fill("[name=username]", job.username);
  await page.fill("[name=password]", job.password);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".figures");

  // Nothing is planned; somebody is left alone.
  await page.goto(`${job.api}/admin/#/actions?view=planned`);
  await page.waitForSelector(".empty");
  await page.fill("[name=exempt]", `@${job.exempt.toUpperCase()}`);
  await page.keyboard.press("Enter");
  await page.waitForSelector(`li:has-text("@${job.exempt}")`);

  // All that match, with a reason.
  await page.goto(`${job.api}/admin/#/people?verdict=harmful`);
  await page.waitForSelector(".grid-row [role=gridcell] a");
  await page.click("text=All that match");
  await page.click("text=Plan an action …");
  await page.fill("[name=cause]", "sells followers");
  await page.waitForSelector("dialog[open] .go:not(:disabled)");
  seen.preview = await page.textContent("dialog[open]");
  await page.screenshot({ path: `${job.screenshots}/plan-dialog.png` });
  await page.click("dialog[open] .go");
  await page.waitForFunction(() => !document.querySelector("dialog[open]"));
  seen.toast = await page.textContent(".toast");

  // A worker does one and fails at another: the page shows it by itself.
  await page.goto(`${job.api}/admin/#/actions?view=planned`);
  await stateIs("planned 4");
  const claimed = await api("/api/planned-actions/claim/", { worker: "core-1", limit: 2 });
  await stateIs("at work 2");
  await api(`/api/planned-actions/${claimed[0].id}/result/`, { lease: claimed[0].lease, outcome: "done" });
  await stateIs("done 1");
  seen.rows = await page.$$eval("#main ul.rows > li:has(.tag)", (all) => all.map((one) => one.textContent));
  await page.screenshot({ path: `${job.screenshots}/plans.png` });

  // One is cancelled, then everything is stopped, and that is taken back.
  await page.click("li button:text-is('Cancel')");
  await stateIs("cancelled 1");
  await page.click("text=Stop everything");
  await stateIs("planned 0");
  await stateIs("cancelled 2");  // each state has a count of its own, and they do not come together
  seen.stopped = await states();
  await page.keyboard.press("z");
  await stateIs("planned 1");
  await page.goto(`${job.api}/admin/#/actions?view=edits`);
  await page.click("li:has-text('Undone: Cancelled what was planned') button");
  await page.goto(`${job.api}/admin/#/actions?view=planned&state=planned`);
  await stateIs("planned 0");
  console.log(JSON.stringify(seen));
} catch (error) {
  await page.screenshot({ path: `${job.screenshots}/plans-failed.png` });
  console.error(JSON.stringify({ ...seen, hash: page.url() }));
  throw error;
} finally {
  await browser.close();
}
