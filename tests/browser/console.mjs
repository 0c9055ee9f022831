// Spends a morning at the console in the system's Chromium, and prints what it saw as one JSON object.
//   echo '{"api": URL, "username": TEXT, "password": TEXT, "screenshots": FOLDER, "user": ID}' | node console.mjs
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { launch, readJob, serveSite } from "./chromium.mjs";
import { isSettled } from "./outbox.mjs";
import { thumbnail } from "./thumbnail.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PAGES = ["overview", "triage", "people", "waves", "actions", "changes", "calibration", "quality", "log", "settings"];

const job = await readJob();
const browser = await launch();
const seen = { violations: [], errors: [], foreign: [], axe: [], wide: [], pictures: {} };
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB" });
  await serveSite(context, `${job.api}/admin/`);
  await context.exposeFunction("reportViolation", (text) => seen.violations.push(text));
  await context.addInitScript(() => addEventListener("securitypolicyviolation", (event) => window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`)));
  const page = await context.newPage();
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("dialog", (dialog) => (seen.errors.push(`dialog: ${dialog.message()}`), dialog.dismiss()));
  page.on("request", (request) => {
    const { host, protocol } = new URL(request.url());
    if (protocol.startsWith("http") && host !== new URL(job.api).host) seen.foreign.push(request.url());
  });
  const shot = (name) => page.screenshot({ path: `${job.screenshots}/${name}.png` });
  const canvas = await (await browser.newContext()).newPage();
  const audit = async (name) => {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    seen.axe.push(...violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.slice(0, 3).map(({ target }) => target.join(" ")).join(", ")}`));
  };
  const open = async (path) => {
    await page.goto(`${job.api}/admin/#/${path}`);
    await page.waitForSelector("#main > *");
    await page.waitForFunction(() => !document.querySelector(".skeleton"));
  };
  const settled = () => page.waitForFunction(isSettled);
  const handles = () => page.$eval(".subject .person .handle", (node) => node.textContent);
  const nextCard = (before) => page.waitForFunction((old) => document.querySelector(".subject .person .handle")?.textContent !== old, before);

  // Logging in.
  await page.goto(`${job.api}/admin/`);
  await page.waitForSelector("form");
  seen.focusedAtFirst = await page.evaluate(() => document.activeElement.name);
  await audit("login");
  const logIn = async (password) => {
    await page.fill("[name=username]", job.username);
    await page.fill("[name=password]", password);
    await page.keyboard.press("Enter");
  };
  await logIn("not the password");
  seen.refusal = await (await page.waitForSelector("[role=alert]")).textContent();
  await logIn(job.password);
  await page.waitForSelector(".figures");
  seen.kept = await page.evaluate(() => [document.cookie, Object.values({ ...localStorage }).filter((text) => text.includes("eyJ")).length]);

  seen.foot = await (await page.waitForSelector("nav .foot")).textContent();

  // Every page in both themes, wide and narrow.
  for (const [theme, width] of [["light", 1280], ["dark", 1280], ["light", 320], ["dark", 2560]]) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 900 });
    for (const path of [...PAGES, `users/${job.user}`]) {
      await open(path);
      await audit(`${path} ${theme} ${width}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) seen.wide.push(`${path} ${width}: ${over}`);
      const name = `${path.replace("/", "-")}-${theme}-${width}`;
      seen.pictures[name] = await thumbnail(canvas, await shot(name));
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
  await open(`users/${job.hostile}`);
  seen.hostile = await page.evaluate(() => [document.querySelectorAll("#main img, #main iframe, #main script, #main a[href^='javascript']").length, document.querySelector(".subject").textContent.includes("<img src=x"), window.executed ?? null]);

  // Keys: the palette, the help, and none of the letters inside of them.
  await open("overview");
  await page.keyboard.press("Control+k");
  await page.waitForSelector("dialog.palette[open]");
  await page.keyboard.type("set");
  await audit("palette");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash === "#/settings");
  await page.keyboard.press("?");
  await page.waitForSelector("dialog.help[open]");
  await audit("help");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("dialog[open]"));
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await page.waitForFunction(() => location.hash === "#/triage");
  await page.waitForSelector(".subject .person .handle");

  // Twenty decisions by keys.
  seen.judged = [];
  const started = Date.now();
  for (let i = 0; i < 20; i++) {
    const handle = await handles();
    seen.judged.push([handle, "hsi"[i % 3]]);
    await page.keyboard.press("hsi"[i % 3]);
    if (i < 19) await nextCard(handle);
  }
  await page.waitForSelector(".empty");
  await settled();
  seen.seconds = (Date.now() - started) / 1000;
  await audit("triage, round over");
  await shot("triage-round");

  // A slip of the finger.
  await page.keyboard.press("z");
  await page.waitForSelector(".toast");
  await settled();

  // A tunnel: decisions wait, survive the end of the tab, and are sent once.
  await page.reload(); // a new round
  await page.waitForSelector(".subject .person .handle");
  await context.setOffline(true);
  seen.offline = [];
  for (let i = 0; i < 5; i++) {
    const handle = await handles();
    seen.offline.push(handle);
    await page.keyboard.press("h");
    await nextCard(handle);
  }
  seen.waiting = await (await page.waitForSelector(".unsent:has-text('5')")).textContent();
  await page.close();
  await context.setOffline(false);
  const again = await context.newPage();
  await again.goto(`${job.api}/admin/#/triage`);
  await again.waitForSelector(".subject .person .handle");
  await again.waitForFunction(isSettled);

  // Letters switched off: none acts.
  await again.goto(`${job.api}/admin/#/settings`);
  await again.click("text=Single-letter keys");
  await again.goto(`${job.api}/admin/#/triage`);
  await again.waitForSelector(".subject .person .handle");
  const before = await again.textContent(".subject .person .handle");
  for (const key of ["h", "i", "s", "z", "n", "b", "m", "e", " ", "g", "o"]) await again.keyboard.press(key);
  seen.lettersOff = (await again.textContent(".subject .person .handle")) === before && (await again.evaluate(() => location.hash)) === "#/triage" && (await again.$("dialog[open], .unsent, .basket, .toast")) === null;

  // Logging out.
  await again.goto(`${job.api}/admin/#/settings`);
  await again.click("text=Log out");
  await again.waitForSelector("form [name=password]");
  seen.left = await again.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("wdx.outbox")).length);
  await again.reload();
  await again.waitForSelector("form [name=password]");
  console.log(JSON.stringify(seen));
} catch (error) {
  console.error(JSON.stringify(seen));
  throw error;
} finally {
  await browser.close();
}
