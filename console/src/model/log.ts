/** Entries of the journal as a person reads them. */
import type { LogEntry } from "./types";

export type LogKind = "all" | "changes" | "logins" | "errors";

const CHANGES = "classification_changed,classification_deleted,action_added,action_changed,action_deleted,snoozed,snooze_ended";
const LOGINS = "login,login_refused,logout,refresh_refused,refresh_reuse,session_ended,password_changed,throttled,factor_enabled,factor_disabled";

/** The list's parameters for a kind. */
export function filterOf(kind: LogKind): Record<string, string> {
  if (kind === "changes") return { event__in: CHANGES };
  if (kind === "logins") return { event__in: LOGINS };
  return kind === "errors" ? { level__in: "warning,error" } : {};
}

export interface Difference {
  name: string;
  before: string | null;
  after: string | null;
}

const text = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === "string" ? value : JSON.stringify(value);

/** What changed between the two rows; of one that came or went, all that it has. */
export function differencesOf({ before, after }: Pick<LogEntry, "before" | "after">): Difference[] {
  const old = (before ?? {}) as Record<string, unknown>;
  const now = (after ?? {}) as Record<string, unknown>;
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => !["user_id", "classified_at"].includes(name))
    .map((name) => ({ name, before: text(old[name]), after: text(now[name]) }))
    .filter((one) => one.before !== one.after);
}

/** `classification_changed`: `classification changed`. */
export function eventName(event: string): string {
  return event.replaceAll("_", " ");
}
