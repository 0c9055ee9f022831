// What the console keeps of the decisions that it sends, asked of a page.

/** In the page: no decision is on its way, and the page says so. */
export function isSettled() {
  const kept = Object.entries({ ...localStorage }).filter(([name]) => name.startsWith("wdx.outbox.")).map(([, text]) => JSON.parse(text).state);
  return !document.querySelector(".unsent") && !kept.some((state) => state === "waiting" || state === "sending");
}
