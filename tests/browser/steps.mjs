// Does at the console, in the system's Chromium, what a test asks for step by step (tests/support/console.py): one
// {"step": NAME, ...} a line on standard input, one {"result": ...} or {"error": TEXT} a line on standard output.
import { createInterface } from "node:readline";
import { launch } from "./chromium.mjs";
import * as desk from "./steps/desk.mjs";
import * as keyboard from "./steps/keyboard.mjs";
import * as looks from "./steps/looks.mjs";
import * as rows from "./steps/rows.mjs";
import * as work from "./steps/work.mjs";

const steps = { ...desk, ...keyboard, ...looks, ...rows, ...work };
const browser = await launch();
/** What the steps share: the browser, the context of who is logged in, its tabs, and what was seen in them. */
const state = { browser, context: null, tabs: [], root: "", seen: null };
const answer = (told) => console.log(JSON.stringify(told));

try {
  for await (const line of createInterface({ input: process.stdin })) {
    const { step, ...wanted } = JSON.parse(line);
    try {
      answer({ result: (await steps[step](state, wanted)) ?? null });
    } catch (error) {
      const screens = await Promise.all(state.tabs.map((tab) => tab.evaluate(() => `${location.hash} ${(document.querySelector("#main") ?? document.body).innerText.slice(0, 800)}`).catch(String)));
      answer({ error: [error.stack, JSON.stringify(state.seen), ...screens].join("\n") });
    }
  }
} finally {
  await browser.close();
}
