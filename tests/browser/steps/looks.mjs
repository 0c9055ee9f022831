// What a page looks like: to axe, in width, and under the words of strangers.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { loaded } from "./desk.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** What must go well for a page to be there at all. */
const NEEDED = /\/api\/(me|accounts|preferences|events)\/$/;
/** The keys that open a dialog of a page's own; others get the palette. */
const DIALOGS = { triage: ["n"], users: ["n"], log: ["?"], settings: ["?"] };

async function audit(page, name) {
  await page.evaluate((source) => window.axe ?? (0, eval)(source), AXE).catch(() => page.evaluate(AXE));
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.slice(0, 3).map(({ target }) => target.join(" ")).join(", ")}`);
}

/** How much wider than the window the page is. */
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const bring = {
  loaded: (page) => loaded(page),
  empty: (page) => loaded(page),
  async error(page) {
    await page.waitForSelector(".failure");
  },
  async dialog(page, path) {
    await loaded(page);
    if (path === "people") await page.locator(".filters button", { hasText: "Columns" }).click();
    else for (const key of DIALOGS[path.split("/")[0]] ?? ["Control+k"]) await page.keyboard.press(key);
    await page.waitForSelector("dialog[open]");
  },
};

/** @param face loaded, empty (the test has chosen an account without users), error, dialog. @return complaints */
export async function look(state, { path, theme, width, face, status = 500 }) {
  const [page] = state.tabs;
  const name = `${path} ${theme} ${width} ${face}`;
  await page.emulateMedia({ colorScheme: theme });
  await page.setViewportSize({ width, height: 900 });
  const fails = (route) => (NEEDED.test(new URL(route.request().url()).pathname) ? route.continue()
    : route.fulfill({ status, headers: { "X-Request-ID": "a-request" }, json: { detail: "Put in on purpose." } }));
  if (face === "error") await page.route("**/api/**", fails);
  await page.goto(`${state.root}#/${path}`);
  await page.reload();
  await bring[face](page, path);
  const complaints = await audit(page, name);
  if ((await overflow(page)) > 0) complaints.push(`${name}: wider than the window by ${await overflow(page)}`);
  if (face === "error") await page.unroute("**/api/**", fails);
  return complaints;
}

/** The login as it is before somebody is in. @param face loaded, or error: a login that was refused */
export async function lookAtLogin(state, { theme, width, face, url }) {
  const context = await state.browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
  try {
    const page = await context.newPage();
    await page.goto(`${url}/admin/`);
    await page.waitForSelector("form");
    if (face === "error") {
      await page.fill("[name=username]", "nobody");
      await page.fill("[name=password]", "wrong");
      await page.keyboard.press("Enter");
      await page.waitForSelector("[role=alert]");
    }
    const name = `login ${theme} ${width} ${face}`;
    const complaints = await audit(page, name);
    if ((await overflow(page)) > 0) complaints.push(`${name}: wider than the window`);
    return complaints;
  } finally {
    await context.close();
  }
}

/** Whose followers are shown. */
export async function chooseAccount({ tabs: [page] }, { handle }) {
  const saved = page.waitForResponse((response) => response.url().endsWith("/api/preferences/") && response.request().method() === "PUT");
  await page.selectOption("select.who", handle);
  await saved;
}

/** @return what a page made of what strangers wrote, in a window so wide: elements, links to others, pixels beyond the window, what ran */
export async function strangers(state, { path, width }) {
  const [page] = state.tabs;
  await page.setViewportSize({ width, height: 900 });
  await page.goto(`${state.root}#/${path}`);
  await page.reload();
  await loaded(page);
  return page.evaluate(() => {
    const ours = new Set([location.host, "x.com"]);
    const links = [...document.querySelectorAll("#main [href], #main [src], #main [action]")].map((node) => node.href ?? node.src ?? node.action)
      .filter((href) => typeof href === "string" && !(/^https?:/.test(href) && ours.has(new URL(href).host)));
    return {
      elements: document.querySelectorAll("#main img, #main iframe, #main script, #main object, #main b[onclick]").length, links,
      over: Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth), executed: window.executed ?? null,
    };
  });
}

/** Where the parts of a page are that strangers' words must not move: [selector, left, width]. */
export async function places({ tabs: [page] }, { selectors }) {
  return page.evaluate((wanted) => wanted.flatMap((selector) => [...document.querySelectorAll(selector)].map((node) => {
    const { left, width } = node.getBoundingClientRect();
    return [selector, Math.round(left), Math.round(width)];
  })), selectors);
}
