/** Geometry of plots: pure numbers, no drawing. */
import type { History } from "./types";

/** A round step, of which three or four make up the span; counts are whole, so it is one at least. */
function stepFor(span: number): number {
  const rough = Math.max(1, span / 3);
  const size = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * size).find((candidate) => candidate >= rough)!;
}

/** Ticks of an axis of counts up to `max`. */
export function ticksUpTo(max: number): number[] {
  if (!(max > 0)) return [0];
  const step = stepFor(max);
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step);
}

/** Ticks within a range that need not begin at 0. */
export function ticksBetween(low: number, high: number): number[] {
  const step = stepFor(high - low);
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

/** Months added up to years. */
export function byYear(months: readonly Month[]): Month[] {
  const years = new Map<string, Month>();
  for (const { month, total, harmful } of months) {
    const year = month.slice(0, 4);
    const sum = years.get(year) ?? { month: year, total: 0, harmful: 0 };
    years.set(year, { month: year, total: sum.total + total, harmful: sum.harmful + harmful });
  }
  return [...years.values()];
}

const MANY_MONTHS = 48;

/** Bars by month, or by year where months are many; the table behind them has the months that stand out in either case. */
export function joinedBars(months: readonly Month[], nameOf: (month: string) => string): { isYearly: boolean; bars: Bar[]; table: Bar[] } {
  const isYearly = months.length > MANY_MONTHS;
  const table = months.map(({ month, ...counts }) => ({ label: month.slice(0, 4), title: nameOf(month), ...counts }));
  const bars = isYearly ? byYear(months).map(({ month, ...counts }) => ({ label: month, title: month, ...counts })) : table;
  return { isYearly, bars, table };
}

/** The history as a line of followers with the harmful below; of a core that does not tell who follows, of all users. */
export function daysOf(history: History): { day: string; value: number; harmful: number }[] {
  return history.map(({ day, users }) => ({ day, value: users.followers ?? users.total ?? 0, harmful: users.harmful ?? 0 }));
}

/** Bins of the server as labels: `0`, `1`, `10`, `100`, ... */
export function edgeLabel(from: number, short: (value: number) => string): string {
  return from >= 10000 ? short(from) : String(from);
}

/** Points of a line in a box, as an SVG path. */
export function linePath(values: readonly number[], x: (i: number) => number, y: (value: number) => number): string {
  return values.map((value, i) => `${i === 0 ? "M" : "L"}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join("");
}
