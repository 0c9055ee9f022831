// Judges all people that a filter shows in the system's Chromium, while somebody else judges one of them, and prints what it saw
// as one JSON object.
//   echo '{"api": URL, "username": TEXT, "password": TEXT, "judge": ID}' | node bulk.mjs
import { launch, readJob } from "./chromium.mjs";

const job = await readJob();
const browser = await launch();
const seen = { writes: [] };
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB" });
  const page = await context.newPage();
  const open = async (path) => {
    await page.goto(`${job.api}/admin/#/${path}`);
    await page.waitForSelector(".grid-row [role=gridcell] a, .empty");
  };
  const count = () => page.$eval(".head [role=status]", (node) => node.textContent);
  const countIs = (text) => page.waitForFunction((wanted) => document.querySelector(".head [role=status]").textContent === wanted, text);
  // Waits and reads at once: a dialog that counts down may be gone a moment later.
  const dialog = (text) => page.waitForFunction((wanted) => [...document.querySelectorAll("dialog[open]")].map((node) => node.textContent)
    .find((shown) => shown.includes(wanted)), text).then((shown) => shown.jsonValue());
  const apply = () => page.click("dialog[open] .go:not(:disabled)");

  await page.goto(`${job.api}/admin/`);
  await page.fill("[name=username]", job.username);
  await page.fill("[name=password]", job.password);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".figures");

  // More than the server writes at once: said before.
  await open("people");
  await page.waitForSelector(".bulk .note");
  seen.tooMany = [await page.textContent(".bulk .note"), await page.isDisabled("text=All that match")];

  // All that match; with another filter nobody is selected, and Back brings them again.
  await open("people?verdict=unclassified");
  await page.click("text=All that match");
  seen.selected = await page.textContent(".bulk [role=status]");
  await open("people?verdict=harmful");
  await page.waitForSelector(".bulk.quiet");
  await page.goBack();
  await page.waitForSelector(".bulk:not(.quiet)");

  // Somebody judges one of them between the preview and the write; then the server is busy once.
  await page.keyboard.press("h");
  seen.preview = await dialog("Among them");
  await fetch(`${job.api}/api/users/${job.judge}/classification/`, {
    method: "PUT", headers: { Authorization: `Bearer ${job.token}`, "Content-Type": "application/json" }, body: JSON.stringify({ harmful: false, inactive: false }),
  });
  await apply();
  seen.recounted = await dialog("Look again");
  let busy = 1;
  await page.route("**/api/classifications/", async (route) => {
    const body = route.request().postDataJSON();
    if (body.dry_run) return route.continue();
    seen.writes.push([route.request().headers()["idempotency-key"], body.expected_count]);
    if (busy-- > 0) return route.fulfill({ status: 503, headers: { "Retry-After": "3" }, json: { detail: "Too many writes wait." } });
    return route.continue();
  });
  await apply();
  seen.busy = await dialog("The server is busy");
  await page.waitForFunction(() => !document.querySelector("dialog[open]"));  // it tries again by itself
  await page.waitForSelector(".empty");
  seen.left = await count();
  await page.click(".toast button");

  // One key takes all of it back.
  await page.keyboard.press("z");
  await page.waitForSelector(".grid-row [role=gridcell] a");
  await countIs(`${(job.users - 1).toLocaleString("en-GB")} users`);

  // Verdicts are removed from those who have one.
  await open(`people?least=${job.least}&most=${job.most}`);
  await page.click("text=All that match");
  await page.click(".bulk >> text=Remove the verdict");
  seen.removal = await dialog("Among them");
  console.log(JSON.stringify(seen));
} catch (error) {
  console.error(JSON.stringify(seen));
  throw error;
} finally {
  await browser.close();
}
