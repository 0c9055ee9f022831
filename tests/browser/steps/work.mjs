// Judging and taking back.
import { isSettled } from "../outbox.mjs";
import { loaded } from "./desk.mjs";

const CARD = ".subject .person .handle";

/** No decision is on its way any more, and none failed. */
export async function settled({ tabs: [page] }) {
  await page.waitForFunction(isSettled);
  const states = await page.evaluate(() => Object.entries({ ...localStorage }).filter(([name]) => name.startsWith("wdx.outbox.")).map(([, text]) => JSON.parse(text).state));
  const open = states.filter((one) => !["done", "taken back"].includes(one));
  if (open.length > 0) throw new Error(`not settled: ${open.join(", ")}`);
}

/**
 * Tells, for each key, when what comes next was painted: another card, which is one with another handle, or the end of the round.
 * Nothing polls meanwhile: that would cost time of the page that is measured.
 */
function watchCards(selector) {
  const card = () => document.querySelector(selector);
  const watch = (window.watch ??= { pressedAt: 0, before: "", times: [], painted: null, isWatching: false });
  watch.times = [];
  watch.card = () => card()?.textContent ?? null;
  if (watch.isWatching) return;
  watch.isWatching = true;
  addEventListener("keydown", (event) => Object.assign(watch, { pressedAt: event.timeStamp, before: watch.card() }), { capture: true });
  new MutationObserver(() => {
    if (!watch.pressedAt || watch.card() === watch.before) return;
    const { pressedAt } = watch;
    watch.pressedAt = 0;
    requestAnimationFrame(() => {
      if (card()?.checkVisibility() === false) throw new Error("the next card is not to be seen");
      const painted = new MessageChannel();
      painted.port1.onmessage = () => {
        watch.times.push(performance.now() - pressedAt);
        watch.painted?.();
      };
      painted.port2.postMessage(null);
    });
  }).observe(document.getElementById("main"), { subtree: true, childList: true, characterData: true, attributes: true });
}

/** Waits until so many keys were answered. @return the handle that is shown then */
function afterCards(count) {
  const { watch } = window;
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`after ${watch.times.length} of ${count} keys no other card came`)), 30_000);
    watch.painted = () => watch.times.length >= count && resolve(watch.card());
    watch.painted();
  });
}

/**
 * Judges so many users in triage, each with the next of `keys` as soon as the card is painted, and goes on after each round.
 * @param pause  milliseconds between a card and the next key; 0: as fast as a script can press them
 * @return what was judged as [handle, key], milliseconds from each key to the painted next card, seconds in all
 */
export async function judge({ tabs: [page] }, { count, keys, pause = 0 }) {
  await page.waitForSelector(CARD);
  await page.evaluate(watchCards, CARD);
  const judged = [];
  const begin = Date.now();
  let handle = await page.evaluate(() => window.watch.card());
  for (;;) {
    const key = keys[judged.length % keys.length];
    judged.push([handle, key]);
    await page.keyboard.press(key);
    handle = await page.evaluate(afterCards, judged.length);
    if (judged.length === count) break;
    if (pause > 0) await page.waitForTimeout(pause);
    if (handle !== null) continue;
    await page.locator(`${CARD}, .empty button`).first().waitFor();
    if (!(await page.$(CARD))) await page.click(".empty button");
    handle = await page.textContent(CARD);
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
