// Makes the pictures of the README (docs/images) from a running demo, with the system's Chromium.
//   ./run, and beside it: node pictures.mjs http://localhost:8000 ../../docs/images
import { writeFileSync } from "node:fs";
import { launch } from "./chromium.mjs";

const [demo, folder] = process.argv.slice(2);
const SIZE = { width: 1280, height: 800 };
const QUALITY = 0.8;
const DECISIONS = "hhshish";
const EMOJI = /\p{Extended_Pictographic}/u;  // there may be no font for them

const browser = await launch();
try {
  const context = await browser.newContext({ viewport: SIZE, locale: "en-GB", colorScheme: "light", reducedMotion: "reduce" });
  const page = await context.newPage();
  const painter = await browser.newPage();
  const save = async (name) => {
    const png = (await page.screenshot()).toString("base64");
    const webp = await painter.evaluate(async ([source, { width, height }, quality]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${source}`;
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      canvas.getContext("2d").drawImage(image, 0, 0);
      return canvas.toDataURL("image/webp", quality);
    }, [png, SIZE, QUALITY]);
    writeFileSync(`${folder}/${name}.webp`, Buffer.from(webp.split(",")[1], "base64"));
  };
  const settled = async () => {
    await page.waitForFunction(() => !document.querySelector(".skeleton, .unsent"));
    await page.waitForTimeout(500);
  };
  const handle = () => page.$eval(".subject .person .handle", (node) => node.textContent);
  const press = async (key) => {
    const before = await handle();
    await page.keyboard.press(key);
    await page.waitForFunction((old) => document.querySelector(".subject .person .handle").textContent !== old, before);
  };
  await page.goto(`${demo}/admin/`);
  await page.fill("[name=username]", "watchdxg");
  await page.fill("[name=password]", "watchdxg");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".figures");
  await page.waitForSelector(".liveness.live");
  await settled();
  await save("overview");

  // Nobody comes back: what is asked then would be in the picture.
  const comeBack = async () => {
    await page.goto(`${demo}/admin/#/settings`);
    await page.click("text=Show some judged users again");
    await page.waitForTimeout(1500);  // preferences are sent when nothing has changed for a moment
  };
  await comeBack();
  await page.goto(`${demo}/admin/#/triage`);
  await page.waitForSelector(".subject .person .handle");
  for (const key of DECISIONS) await press(key);
  await settled();
  while (EMOJI.test(await page.textContent(".subject"))) await press("j");
  await page.waitForSelector(".subject .why .strength rect");
  await page.waitForFunction(() => !document.querySelector(".toast"));
  await settled();
  await save("triage");
  for (const _ of DECISIONS) {
    await page.keyboard.press("z");
    await settled();
  }
  await comeBack();
} finally {
  await browser.close();
}
