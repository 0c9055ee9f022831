// Judges users in triage in the system's Chromium, some of whom were judged before and come back unmarked, and prints what it saw
// as one JSON object.
//   echo '{"api": URL, "username": TEXT, "password": TEXT}' | node again.mjs
import { launch, readJob } from "./chromium.mjs";
import { isSettled } from "./outbox.mjs";

const job = await readJob();
const browser = await launch();
const seen = { cards: [] };
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB" })).newPage();
  const handle = () => page.$eval(".subject .person .handle", (node) => node.textContent);
  const toast = (text) => page.waitForSelector(`.toast:has-text("${text}")`);
  const press = async (key) => {
    const before = await handle();
    await page.keyboard.press(key);
    await page.waitForFunction((old) => document.querySelector(".subject .person .handle")?.textContent !== old, before);
    seen.cards.push(before);
  };
  await page.goto(`${job.api}/admin/#/triage`);
  await page.fill("[name=username]", job.username);
  await page.fill("[name=password]", job.password);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".subject .person .handle");
  await page.waitForTimeout(1000);  // who comes back is known: the card that is shown stays
  await press("h");
  await page.waitForSelector(".subject .why li");
  seen.text = await page.textContent(".triage .subject");
  seen.why = await page.$$eval(".triage .subject .why li", (rows) => rows.map((row) => row.firstElementChild.textContent));
  await press("h");
  await toast("you said the same");
  await press("s");
  await press("s");
  seen.question = await page.textContent(".question");
  await page.click('.question button:has-text("Sane")');
  await page.waitForFunction(() => !document.querySelector(".question"));
  await page.waitForFunction(isSettled);
  await press("i");
  // Taken back: it stands there again.
  await press("i");
  const again = seen.cards.at(-1);
  await page.keyboard.press("z");
  await page.waitForFunction((old) => document.querySelector(".subject .person .handle").textContent === old, again);
  await page.waitForFunction(isSettled);
  await page.goto(`${job.api}/admin/#/calibration`);
  await page.waitForSelector(".figure");
  seen.agreement = await page.$eval(".card:has(.figure)", (node) => node.textContent);
  await page.waitForTimeout(1000);  // preferences are sent when nothing has changed for a moment
  await page.goto(`${job.api}/admin/#/settings`);
  await page.click("text=Show some judged users again");
  await page.goto(`${job.api}/admin/#/triage`);
  await page.waitForSelector(".subject .person .handle");
  seen.off = await handle();
  console.log(JSON.stringify(seen));
} catch (error) {
  console.error(JSON.stringify(seen));
  throw error;
} finally {
  await browser.close();
}
