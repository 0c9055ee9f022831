// Starts the system's Chromium for the drivers beside this file.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { chromium } from "playwright-core";

/** @return what the test wrote to standard input */
export async function readJob() {
  return JSON.parse(await text(process.stdin));  // not readFileSync(0): Node 18 fails with EAGAIN on an empty pipe
}

const PATIENCE = 120_000;  // milliseconds for one step, beside three other browsers

export async function launch() {
  const places = [process.env.CHROMIUM, "/usr/bin/chromium"];
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error("no Chromium; install Debian's chromium or name one in CHROMIUM");
  const browser = await chromium.launch({
    executablePath,
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],  // Chromium's sandbox does not run as root
  });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(PATIENCE);
    return context;
  };
  return browser;
}

/** In place of the console at `root`: the one in the folder CONSOLE_SITE, under the same policy (scripts/console-faults). */
export async function serveSite(context, root) {
  const folder = process.env.CONSOLE_SITE;
  if (!folder) return;
  const types = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };
  const policy = (await context.request.get(root)).headers()["content-security-policy"];
  await context.route(/\/admin\/(?:[\w.-]+\.(?:js|css|svg))?(?:[?#].*)?$/, (route) => {
    const name = new URL(route.request().url()).pathname.split("/").pop() || "index.html";
    const headers = { "content-security-policy": policy, "content-type": types[name.split(".").pop()] };
    return route.fulfill({ headers, body: readFileSync(join(folder, name)) }).catch(() => undefined);  // the page has gone
  });
}
