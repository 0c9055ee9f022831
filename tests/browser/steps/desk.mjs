// Coming, opening pages, and going.
import { serveSite } from "../chromium.mjs";

export const PAGES = ["overview", "triage", "people", "waves", "actions", "changes", "calibration", "quality", "log", "settings"];
const PATIENCE_MS = 30_000;  // of a machine that does other things beside

/** A context of its own, and the login in the first of its tabs. @param url the API's, with any prefix */
export async function enter(state, { url, username = "watchdxg", password = "watchdxg", tabs = 1, width = 1280, height = 900, slowdown = 1 }) {
  await state.context?.close();
  const seen = (state.seen = { violations: [], foreign: [], errors: [], statuses: {} });
  const context = (state.context = await state.browser.newContext({
    viewport: { width, height }, locale: "en-GB", ignoreHTTPSErrors: true, reducedMotion: "reduce",
  }));
  context.setDefaultTimeout(PATIENCE_MS);
  await serveSite(context, `${url}/admin/`);
  await context.exposeFunction("reportViolation", (text) => seen.violations.push(text));
  await context.addInitScript(() => addEventListener("securitypolicyviolation", (event) => window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`)));
  context.on("request", (request) => {
    const { host, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && host !== new URL(url).host) seen.foreign.push(request.url());
  });
  context.on("response", (response) => {
    const name = `${response.request().method()} ${response.status()}`;
    if (response.url().endsWith("/admin/session/")) seen.statuses[name] = (seen.statuses[name] ?? 0) + 1;
  });
  state.root = `${url}/admin/`;
  state.tabs = [];
  const first = await addTab(state);
  if (slowdown > 1) await (await context.newCDPSession(first)).send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  await first.fill("[name=username]", username);
  await first.fill("[name=password]", password);
  await first.keyboard.press("Enter");
  await first.waitForSelector("#main > *");
  for (let i = 1; i < tabs; i++) await (await addTab(state, "settings")).waitForSelector("#main > *");
}

async function addTab(state, path = "overview") {
  const page = await state.context.newPage();
  state.tabs.push(page);
  page.on("pageerror", (error) => state.seen.errors.push(String(error)));
  page.on("dialog", (dialog) => (state.seen.errors.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  await page.goto(`${state.root}#/${path}`);
  return page;
}

/** @return what was seen that must not be: violations of the policy, requests to others, errors; and answers of the session */
export async function leave(state) {
  await state.context.close();
  state.context = null;
  state.tabs = [];
  return state.seen;
}

export async function loaded(page) {
  await page.waitForSelector("#main > *");
  await page.waitForFunction(() => !document.querySelector(".skeleton, [aria-busy=true]"));
}

/** A page, once nothing of it is being fetched for the first time. */
export async function open(state, { path, tab = 0, fresh = false }) {
  const page = state.tabs[tab];
  await page.goto(`${state.root}#/${path}`);
  if (fresh) await page.reload();
  await page.waitForFunction((hash) => location.hash === hash, `#/${path}`);
  await loaded(page);
}

export async function openAll(state, { paths }) {
  for (const path of [...PAGES, ...paths]) await open(state, { path });
}

/** Every tab at one place. */
export async function openEverywhere(state, { path }) {
  for (let tab = 0; tab < state.tabs.length; tab++) await open(state, { path, tab });
}

/** Waits until every tab shows this. */
export async function shown(state, { selector, text = "" }) {
  await Promise.all(state.tabs.map((page) => page.waitForFunction(
    ([where, what]) => [...document.querySelectorAll(where)].some((node) => node.textContent.includes(what)), [selector, text])));
}

/** From now on every tab notes when it shows this: nobody asks it meanwhile, which tabs in the background answer once a second. */
export async function watchFor({ tabs }, { selector, text }) {
  await Promise.all(tabs.map((page) => page.evaluate(([where, what]) => {
    const isShown = () => [...document.querySelectorAll(where)].some((node) => node.textContent.includes(what));
    window.appeared = new Promise((resolve) => {
      const look = () => isShown() && (watcher.disconnect(), resolve(performance.timeOrigin + performance.now()));
      const watcher = new MutationObserver(look);
      watcher.observe(document.getElementById("main"), { subtree: true, childList: true, characterData: true, attributes: true });
      look();
    });
  }, [selector, text])));
}

/** @return when each tab did, in milliseconds since 1970 */
export async function appeared({ tabs }) {
  return Promise.all(tabs.map((page) => page.evaluate(() => window.appeared)));
}

/** All tabs are used, one page after the other, for so long. @return how often one of them showed the login */
export async function stay(state, { seconds, paths }) {
  const end = Date.now() + seconds * 1000;
  let out = 0;
  for (let i = 0; Date.now() < end; i++) {
    for (let tab = 0; tab < state.tabs.length; tab++) {
      await open(state, { path: paths[(i + tab) % paths.length], tab });
      out += await state.tabs[tab].locator("[name=password]:not(#main *)").count();
    }
  }
  return out;
}

export async function press(state, { keys, tab = 0 }) {
  for (const key of keys) await state.tabs[tab].keyboard.press(key);
}

/** @return how often the session was answered in which way, until now */
export async function statuses({ seen }) {
  return seen.statuses;
}

/** @return names of what the browser keeps for the page and in which this stands */
export async function stored({ tabs: [page] }, { text }) {
  return page.evaluate((what) => Object.entries({ ...localStorage, ...sessionStorage }).filter(([, kept]) => kept.includes(what)).map(([name]) => name), text);
}

export async function close(state, { tab }) {
  await state.tabs[tab].close();
  state.tabs.splice(tab, 1);
}

/** Ends a tab as a crash does: nothing of it runs any more. */
export async function crash(state, { tab = 0 }) {
  const page = state.tabs[tab];
  const control = await state.context.newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  control.send("Page.crash").catch(() => undefined);
  await crashed;
  await page.close();
  state.tabs.splice(tab, 1);
}

export async function reopen(state, { path }) {
  await loaded(await addTab(state, path));
}

export async function offline(state, { on }) {
  await state.context.setOffline(on);
}
