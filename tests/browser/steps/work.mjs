// Judging and taking back.
import { loaded } from "./desk.mjs";

const CARD = ".subject .person .handle";

/** No decision is on its way any more, and none failed. */
export async function settled({ tabs: [page] }) {
  await page.waitForFunction(() => !document.querySelector(".unsent"));
  const states = await page.evaluate(() => Object.entries({ ...localStorage }).filter(([name]) => name.startsWith("wdx.outbox.")).map(([, text]) => JSON.parse(text).state));
  const open = states.filter((one) => !["done", "taken back"].includes(one));
  if (open.length > 0) throw new Error(`not settled: ${open.join(", ")}`);
}

/** How many decisions the page says are not sent yet. */
export async function unsent({ tabs: [page] }) {
  return page.locator(".unsent").textContent({ timeout: 2000 });
}

/** Notes, for each key, when the next card was painted; a card is another one when its handle is. */
function watchCards(selector) {
  const handle = () => document.querySelector(selector)?.textContent;
  const watch = (window.watch = { pressedAt: 0, before: "", times: [] });
  addEventListener("keydown", (event) => Object.assign(watch, { pressedAt: event.timeStamp, before: handle() }), { capture: true });
  new MutationObserver(() => {
    const now = handle();
    if (!watch.pressedAt || !now || now === watch.before) return;
    const { pressedAt } = watch;
    watch.pressedAt = 0;
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => watch.times.push(performance.now() - pressedAt);
      painted.port2.postMessage(null);
    });
  }).observe(document.getElementById("main"), { subtree: true, childList: true, characterData: true });
}

/**
 * Judges so many users in triage, each with the next of `keys`, and goes on after each round.
 * @return what was judged as [handle, key], milliseconds from each key to the painted next card, seconds in all
 */
export async function judge({ tabs: [page] }, { count, keys }) {
  await page.waitForSelector(CARD);
  await page.evaluate(watchCards, CARD);
  const judged = [];
  const begin = Date.now();
  while (judged.length < count) {
    const handle = await page.$eval(CARD, (node) => node.textContent);
    const key = keys[judged.length % keys.length];
    judged.push([handle, key]);
    await page.keyboard.press(key);
    await page.waitForFunction(([card, old]) => (document.querySelector(card)?.textContent ?? "") !== old, [CARD, handle]);
    if (judged.length === count) break;
    const more = page.locator(".empty button");
    if (!(await page.$(CARD)) && (await more.count())) await more.click();
    await page.waitForSelector(CARD);
  }
  return { judged, times: await page.evaluate(() => window.watch.times), seconds: (Date.now() - begin) / 1000 };
}

/** Presses `z` so often, each time until the page says whose verdict it took back. @return what it said */
export async function takeBack({ tabs: [page] }, { count }) {
  const said = [];
  for (let i = 0; i < count; i++) {
    await page.keyboard.press("Escape");  // closes the message
    await page.waitForFunction(() => !document.querySelector(".toast"));
    await page.keyboard.press("z");
    said.push(await page.locator(".toast span").textContent());
  }
  return said;
}

/** Gives one verdict to all users that a search finds, as a person would. @return what was asked before it happened */
export async function judgeAll({ tabs: [page], root }, { search, choice }) {
  await page.goto(`${root}#/people?search=${encodeURIComponent(search)}`);
  await loaded(page);
  await page.locator(".bulk button", { hasText: "All that match" }).click();
  await page.locator(".bulk button", { hasText: choice }).click();
  const dialog = page.locator("dialog[open]");
  await dialog.locator("li").first().waitFor();
  const asked = await dialog.textContent();
  await dialog.locator("button.go").click();
  await dialog.waitFor({ state: "detached" });
  return asked;
}
