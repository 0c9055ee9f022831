/** Geometry of plots: pure numbers, no drawing. */

/** Round steps for an axis: three or four up to `max`. */
export function ticksUpTo(max: number): number[] {
  if (!(max > 0)) return [0];
  const rough = max / 3;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * size).find((candidate) => candidate >= rough)!;
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step);
}

/** Ticks within a range that need not begin at 0. */
export function ticksBetween(low: number, high: number): number[] {
  const span = high - low || Math.max(1, high);
  const rough = span / 3;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * size).find((candidate) => candidate >= rough)!;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, i) => first + i * step);
}

export interface Bar {
  label: string;
  /** The whole text, for the table and on hovering. */
  title: string;
  total: number;
  harmful: number;
}

type Month = { month: string; total: number; harmful: number };

/** By year where months are many; the months that stand out stay visible in the table. */
export function byYear(months: readonly Month[]): Month[] {
  const years = new Map<string, Month>();
  for (const { month, total, harmful } of months) {
    const year = month.slice(0, 4);
    const sum = years.get(year) ?? { month: year, total: 0, harmful: 0 };
    years.set(year, { month: year, total: sum.total + total, harmful: sum.harmful + harmful });
  }
  return [...years.values()];
}

/** Bins of the server as labels: `0`, `1`, `10`, `100`, ... */
export function edgeLabel(from: number, short: (value: number) => string): string {
  return from >= 10000 ? short(from) : String(from);
}

/** Points of a line in a box, as an SVG path. */
export function linePath(values: readonly number[], x: (i: number) => number, y: (value: number) => number): string {
  return values.map((value, i) => `${i === 0 ? "M" : "L"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join("");
}
