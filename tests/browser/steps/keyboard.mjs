// Tab through a page, as who has no pointer does.
import { open } from "./desk.mjs";

const MOST = 600;
/** An input of a date or month has parts of its own, each a stop. */
const PARTS = 6;

/** Where the focus is, and whether it can be seen. */
function focus() {
  const node = document.activeElement;
  if (!node || node === document.body) return { lost: true };
  const { outlineStyle, outlineWidth } = getComputedStyle(node);
  // The browser has scrolled to it; what was fetched since may have moved it.
  if (!isAbove(node)) node.scrollIntoView({ block: "nearest" });
  if (!window.focusNames.has(node)) window.focusNames.set(node, window.focusNames.size);
  return {
    id: window.focusNames.get(node), name: `${node.tagName} ${node.className} ${(node.getAttribute("aria-label") ?? node.textContent).slice(0, 40)}`,
    outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 1, isAbove: isAbove(node),
  };
}

/** Whether any part of a node is in sight and covered by nothing else. */
function isAbove(node) {
  const { left, top, right, bottom } = node.getBoundingClientRect();
  const x = Math.min(innerWidth - 1, Math.max(0, (left + right) / 2));
  const points = [0.5, 0.1, 0.9].flatMap((share) => [[x, top + (bottom - top) * share], [left + (right - left) * share, (top + bottom) / 2]]);
  return points.some(([px, py]) => {
    const hit = document.elementFromPoint(px, py);
    return hit && (node.contains(hit) || hit.contains(node));
  });
}

/** Remembers what can have the focus by Tab and is in sight. */
function begin() {
  const nodes = document.querySelectorAll("a[href], button:not(:disabled), input:not(:disabled), select, textarea, summary, [tabindex='0']");
  window.focusNames = new Map();
  window.focusWanted = [...nodes].filter((node) => node.tabIndex >= 0 && node.checkVisibility({ checkVisibilityCSS: true }));
}

/** What of that had no focus since. */
function unreached() {
  return window.focusWanted.filter((node) => node.isConnected && !window.focusNames.has(node)).map((node) => `${node.tagName} ${node.className} ${node.textContent.slice(0, 40)}`);
}

/** @return complaints: focus that is lost, trapped, unseen or does not come everywhere */
export async function walk(state, { path }) {
  await open(state, { path, fresh: true });
  return tabAround(state.tabs[0], path);
}

/** The same within what is open over a page. @param keys  what opens it */
export async function walkDialog(state, { path, keys }) {
  await open(state, { path, fresh: true });
  const [page] = state.tabs;
  const before = await page.evaluate(() => document.activeElement.id);
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForSelector("dialog[open]");
  const complaints = [];
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press("Tab");
    const inside = await page.evaluate(() => document.activeElement === document.body || document.querySelector("dialog[open]").contains(document.activeElement));
    if (!inside) complaints.push(`${path} ${keys}: the focus left the dialog`);
  }
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("dialog[open]"));
  const after = await page.evaluate(() => document.activeElement.id);
  if (after !== before) complaints.push(`${path} ${keys}: the focus did not come back`);
  return complaints;
}

async function tabAround(page, path) {
  await page.evaluate(begin);
  const complaints = new Set();
  const marked = new Set();
  const unmarked = new Map();
  let same = 0;
  let last = null;
  let lost = 0;
  let rounds = 0;
  for (let i = 0; i < MOST && rounds < 2; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(`(() => { ${isAbove}; return (${focus})(); })()`);
    lost = at.lost ? lost + 1 : 0;  // once is the way from the last to the first, by way of the browser's own controls
    if (lost > 1) complaints.add(`${path}: the focus is lost after ${last?.name}`);
    if (at.lost) continue;
    if (at.outlined) marked.add(at.id);
    else unmarked.set(at.id, at.name);  // of a field with parts, the part may have the mark
    if (!at.isAbove) complaints.add(`${path}: covered or out of sight: ${at.name}`);
    same = at.id === last?.id ? same + 1 : 0;
    if (same > PARTS) complaints.add(`${path}: trapped in ${at.name}`);
    if (same === 0 && at.id === 0) rounds++;
    last = at;
  }
  for (const [id, name] of unmarked) if (!marked.has(id)) complaints.add(`${path}: no sign of the focus on ${name}`);
  if (rounds < 2) complaints.add(`${path}: ${MOST} times Tab do not lead round, they end at ${last?.name}`);
  for (const name of await page.evaluate(unreached)) complaints.add(`${path}: Tab never comes to ${name}`);
  return [...complaints];
}
