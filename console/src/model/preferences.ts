/** What the console remembers of an operator, and how what was stored is read. */
import { DEFAULT_KEYS, type KeySettings } from "./keymap";

export interface SavedFilter {
  name: string;
  query: Record<string, string>;
}

/** How often judged users came back in triage, how often they got the same verdict again, and who did lately. */
export interface Agreement {
  on: boolean;
  agreed: number;
  total: number;
  asked: number[];
}
export const NO_AGREEMENT: Agreement = { on: true, agreed: 0, total: 0, asked: [] };

export interface Preferences {
  theme: "system" | "light" | "dark";
  density: "comfortable" | "dense";
  language: string;
  keys: KeySettings;
  corrected: boolean;
  account: string;
  filters: SavedFilter[];
  columns: string[];
  agreement: Agreement;
  /** When the overview was last looked at on another day: what is new counts from then. */
  visit: { last: string; before: string };
}

export const DEFAULTS: Preferences = {
  theme: "system", density: "comfortable", language: "", keys: DEFAULT_KEYS, corrected: false, account: "", filters: [],
  columns: ["name", "verdict", "score", "followers", "following", "joined"], agreement: NO_AGREEMENT, visit: { last: "", before: "" },
};

/** What is seen before anybody has logged in. */
export function lookOf({ theme, density }: Preferences): Pick<Preferences, "theme" | "density"> {
  return { theme, density };
}

/** Whatever is stored, by this version or another: members of the wrong type are as at first. */
export function readPreferences(stored: unknown): Preferences {
  const given = (stored !== null && typeof stored === "object" ? stored : {}) as Record<string, unknown>;
  const known = Object.entries(DEFAULTS).map(([name, standard]) => {
    const value = given[name];
    const fits = value !== undefined && value !== null && typeof value === typeof standard && Array.isArray(value) === Array.isArray(standard);
    if (!fits) return [name, standard];
    return [name, typeof standard === "object" && !Array.isArray(standard) ? { ...standard, ...(value as object) } : value];
  });
  return Object.fromEntries(known) as Preferences;
}

/** What of it still holds when the server answers for the first time: not what was made of lists and counts that are older. */
export function stillWanted(wanted: Partial<Preferences>, madeOf: Preferences, stored: Preferences): Partial<Preferences> {
  const holds = (name: keyof Preferences) => typeof DEFAULTS[name] !== "object" || JSON.stringify(madeOf[name]) === JSON.stringify(stored[name]);
  return Object.fromEntries(Object.entries(wanted).filter(([name]) => holds(name as keyof Preferences)));
}

/** The day from which the overview counts news: the last visit on an earlier day, else yesterday; a month back at most. */
export function newsSince(visit: Preferences["visit"], today: string): string {
  const yesterday = shiftDay(today, -1);
  const seen = visit.last && visit.last < today ? visit.last : visit.before;
  if (!seen || seen > yesterday) return yesterday;
  const oldest = shiftDay(today, -30);
  return seen < oldest ? oldest : seen;
}

export function noteVisit(visit: Preferences["visit"], today: string): Preferences["visit"] {
  return visit.last === today ? visit : { last: today, before: visit.last };
}

/** `2026-11-30` and -1: `2026-11-29`. */
export function shiftDay(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

export function today(now = Date.now()): string {
  return new Date(now).toISOString().slice(0, 10);
}
