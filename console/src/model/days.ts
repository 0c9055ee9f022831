/** Days as they are where the operator is. */

/** `2026-11-30`; empty where nobody knows. */
export function localDay(iso: string | null): string {
  if (!iso) return "";
  const date = new Date(iso);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** Rows by the day of each, days and rows in the order in which they come. */
export function byLocalDay<Row extends { timestamp: string | null }>(rows: readonly Row[]): [string, Row[]][] {
  const days = new Map<string, Row[]>();
  for (const row of rows) {
    const day = localDay(row.timestamp);
    const others = days.get(day);
    if (others) others.push(row);
    else days.set(day, [row]);
  }
  return [...days];
}
