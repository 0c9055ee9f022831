/** Which rows of a long list are drawn: rows of one height, a few more than fit. */
export interface Window {
  from: number;
  to: number;
  before: number;
  height: number;
}

/** Browsers cap the height of an element near 33 million pixels; beyond this the scale shrinks. */
const TALLEST = 10_000_000;

export function windowOf(count: number, rowHeight: number, scrollTop: number, viewHeight: number, spare = 8): Window {
  const height = Math.min(count * rowHeight, TALLEST);
  const fits = Math.ceil(viewHeight / rowHeight);
  const scrollable = Math.max(1, height - viewHeight);
  const share = Math.min(1, Math.max(0, scrollTop / scrollable));
  const isScaled = count * rowHeight > TALLEST;
  const first = isScaled ? Math.round(share * Math.max(0, count - fits)) : Math.floor(Math.max(0, scrollTop) / rowHeight);
  const from = Math.max(0, Math.min(first, count) - spare);
  const to = Math.min(count, first + fits + spare);
  const before = isScaled ? Math.max(0, scrollTop - (first - from) * rowHeight) : from * rowHeight;
  return { from, to, before, height };
}
