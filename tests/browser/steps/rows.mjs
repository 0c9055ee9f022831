// The long list of people.

/** Types into the search, as a person does, and waits until it is what is asked for. @return where that led */
export async function search({ tabs: [page] }, { text }) {
  await page.keyboard.press("/");
  await page.keyboard.type(text);
  await page.waitForFunction((wanted) => new URLSearchParams(location.hash.split("?")[1]).get("search") === wanted, text);
  return page.evaluate(() => ({
    hash: location.hash, value: document.activeElement.value, dialogs: document.querySelectorAll("dialog[open]").length,
    decisions: Object.keys(localStorage).filter((name) => name.startsWith("wdx.outbox.")).length,
  }));
}

export async function back({ tabs: [page] }, { hash }) {
  await page.goBack();
  await page.waitForFunction((wanted) => location.hash === wanted, hash);
}

/** Scrolls from the first row to the last. @return how many rows it has, the ids in their order, the most nodes at a time */
export async function scrollThrough({ tabs: [page] }) {
  return page.evaluate(async () => {
    const box = document.querySelector(".scroller");
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const drawn = () => [...box.querySelectorAll("[role=row]:not(.header)")].map((row) => [Number(row.getAttribute("aria-rowindex")) - 2, row.querySelector("a")?.hash.split("/").pop()]);
    const ids = [];
    let nodes = 0;
    for (;;) {
      await frame();
      const rows = drawn();
      nodes = Math.max(nodes, document.querySelectorAll("*").length);
      if (rows.some(([, id]) => !id)) continue;
      for (const [index, id] of rows) ids[index] = Number(id);
      const before = box.scrollTop;
      box.scrollTop += box.clientHeight;
      if (box.scrollTop === before) break;
    }
    return { count: Number(box.getAttribute("aria-rowcount")) - 1, ids, nodes };
  });
}

/** Scrolls evenly for so long. @return milliseconds between frames */
export async function frames({ tabs: [page] }, { seconds, pixels }) {
  return page.evaluate(async ([long, step]) => {
    const box = document.querySelector(".scroller");
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const times = [];
    const begin = await frame();
    for (let last = begin, now; last - begin < long * 1000; last = now) {
      box.scrollTop += step;
      now = await frame();
      times.push(now - last);
    }
    return times;
  }, [seconds, pixels]);
}

/** Presses End in the list, at its beginning. @return milliseconds until the last row is there */
export async function toTheEnd({ tabs: [page] }) {
  await page.evaluate(() => (document.querySelector(".scroller").scrollTop = 0));
  await page.focus(".scroller");
  const begin = await page.evaluate(() => performance.now());
  await page.keyboard.press("End");
  await page.waitForFunction(() => {
    const box = document.querySelector(".scroller");
    return box.querySelector(`[aria-rowindex="${box.getAttribute("aria-rowcount")}"] a`);
  });
  return page.evaluate((from) => performance.now() - from, begin);
}
