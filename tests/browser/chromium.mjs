// Starts the system's Chromium for the drivers beside this file.
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { chromium } from "playwright-core";

/** @return what the test wrote to standard input */
export async function readJob() {
  return JSON.parse(await text(process.stdin));  // not readFileSync(0): Node 18 fails with EAGAIN on an empty pipe
}

export async function launch() {
  const places = [process.env.CHROMIUM, "/usr/bin/chromium"];
  const executablePath = places.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error("no Chromium; install Debian's chromium or name one in CHROMIUM");
  return chromium.launch({
    executablePath,
    args: process.getuid() === 0 ? ["--no-sandbox"] : [],  // Chromium's sandbox does not run as root
  });
}
