/** Numbers, dates and spans of time as the operator reads them: Intl, in the language of choice. */
export interface Formats {
  count(value: number | null | undefined): string;
  short(value: number | null | undefined): string;
  percent(share: number | null | undefined, digits?: number): string;
  decimal(value: number | null | undefined, digits?: number): string;
  /** With two digits, for columns: 0.50. */
  score(value: number | null | undefined): string;
  day(iso: string | null | undefined): string;
  month(iso: string | null | undefined): string;
  time(iso: string | null | undefined): string;
  /** The time of the day alone. */
  clock(iso: string | null | undefined): string;
  ago(iso: string | null | undefined, now?: number): string;
  list(items: string[]): string;
}

const NOTHING = "–";
const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86400], ["month", 30 * 86400], ["week", 7 * 86400], ["day", 86400], ["hour", 3600], ["minute", 60],
];

function dateOf(iso: string): Date | null {
  const date = new Date(/^\d{4}-\d{2}$/.test(iso) ? `${iso}-01` : iso);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** @param language  a BCP 47 tag; one that Intl does not know falls back to the browser's */
export function formatsFor(language: string | undefined): Formats {
  let locale: string | undefined;
  try {
    locale = language ? Intl.getCanonicalLocales(language)[0] : undefined;
  } catch {
    locale = undefined;
  }
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
  const twoDigits = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  // Days and months are UTC, as the server counts them.
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const month = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", timeZone: "UTC" });
  const time = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const lists = new Intl.ListFormat(locale);
  const number = (value: number | null | undefined, render: (value: number) => string) =>
    value === null || value === undefined || !Number.isFinite(value) ? NOTHING : render(value);
  const date = (iso: string | null | undefined, render: (value: Date) => string) => {
    const value = iso ? dateOf(iso) : null;
    return value ? render(value) : NOTHING;
  };
  return {
    count: (value) => number(value, (known) => whole.format(known)),
    short: (value) => number(value, (known) => (Math.abs(known) < 10000 ? whole : compact).format(known)),
    percent: (share, digits = 1) =>
      number(share, (known) => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: digits }).format(known)),
    decimal: (value, digits = 2) =>
      number(value, (known) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(known)),
    score: (value) => number(value, (known) => twoDigits.format(known)),
    day: (iso) => date(iso, (known) => day.format(known)),
    month: (iso) => date(iso, (known) => month.format(known)),
    time: (iso) => date(iso, (known) => time.format(known)),
    clock: (iso) => date(iso, (known) => clock.format(known)),
    ago: (iso, now = Date.now()) =>
      date(iso, (known) => {
        const seconds = (known.getTime() - now) / 1000;
        const step = STEPS.find(([, size]) => Math.abs(seconds) >= size);
        return step ? relative.format(Math.trunc(seconds / step[1]), step[0]) : relative.format(0, "minute");
      }),
    list: (items) => lists.format(items),
  };
}
