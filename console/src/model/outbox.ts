/** Decisions on their way to the server: what each one is, in which state, and what the pages show meanwhile. */
import type { BulkChoice } from "./bulk";
import type { Verdict } from "./types";

export type Work =
  | { kind: "verdict"; harmful: boolean; inactive: boolean; notes: string | null; sampled: boolean }
  | { kind: "unjudge" }
  | { kind: "action"; actionType: string; notes: string | null }
  | { kind: "later"; until: string | null }
  | { kind: "bulk"; userIds: number[]; harmful: boolean; inactive: boolean }
  /** Was sent beside the outbox, and is here so that it can be taken back. */
  | { kind: "made"; choice: BulkChoice | "planned" | "cancelled" }
  | { kind: "undo"; editId: string; of: string };

export type EntryState = "waiting" | "sending" | "done" | "conflict" | "failed" | "taken back";

export interface Entry {
  /** Also its Idempotency-Key. */
  key: string;
  at: number;
  user: { id: number; handle: string };
  work: Work;
  /** What was there before: taking back restores it. */
  before: Verdict | null;
  /** Of `before`: the write is refused when somebody else decided meanwhile. */
  etag: string | null;
  state: EntryState;
  /** Was sent and is not answered yet: it may have arrived. */
  isTried?: boolean;
  editId: string | null;
  /** Of the verdict that it made: a change of mind is written over that one alone. */
  newEtag?: string | null;
  error: string | null;
  /** What somebody else decided meanwhile. */
  theirs: Verdict | null;
  /** What the server tells about its users is newer: it no longer stands for how they are. */
  isPast?: boolean;
}

/** The server forgets an Idempotency-Key after 24 hours: older entries ask before they are sent. */
export const ASK_AFTER_MS = 23 * 3600 * 1000;

export function newKey(): string {
  // Not randomUUID, which plain http does not have.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function newEntry(user: Entry["user"], work: Work, before: Verdict | null, etag: string | null = null, now = Date.now()): Entry {
  return {
    key: newKey(), at: now, user: { id: user.id, handle: user.handle }, work, before, etag,
    state: "waiting", editId: null, error: null, theirs: null,
  };
}

function isOpen({ state }: Entry): boolean {
  return state === "waiting" || state === "sending";
}

/** Has to be sent, even one that was taken back if it may have arrived: its answer tells which edit to undo. */
export function isPending(entry: Entry): boolean {
  return isOpen(entry) || (entry.state === "taken back" && !!entry.isTried);
}

/** Needs the operator, who says which one holds, or whether to send it again. */
export function isRefused({ state }: Entry): boolean {
  return state === "conflict" || state === "failed";
}

/** Whether they say the same, whenever they were given. The server trims notes. */
export function isSameVerdict(a: Verdict | null, b: Verdict | null): boolean {
  const text = (one: Verdict | null) => one && `${!!one.harmful} ${!!one.inactive} ${(one.notes ?? "").trim()}`;
  return text(a) === text(b);
}

export function isTooOld(entry: Entry, now: number): boolean {
  return isPending(entry) && now - entry.at > ASK_AFTER_MS;
}

/** The next to send: in order, none before an older one about the same user has been answered. */
export function nextToSend(entries: readonly Entry[], now: number): Entry | null {
  return entries.find((entry) => isPending(entry) && !isTooOld(entry, now)) ?? null;
}

/**
 * What the answer of the server makes of it. One that was taken back meanwhile becomes its own undoing, in its place: what was
 * decided after it is sent after that. Every tab that sends it makes the same request of it.
 */
export function whenAnswered({ key, state }: Entry, editId: string | null, newEtag: string | null): Partial<Entry> {
  if (state !== "taken back") return { state: "done", isTried: false, editId, newEtag };
  return editId ? { key: `${key}-undo`, state: "waiting", isTried: false, work: { kind: "undo", editId, of: key } } : { isTried: false };
}

/** The newest decision that can be taken back. */
export function lastToUndo(entries: readonly Entry[]): Entry | null {
  const undoable = (entry: Entry) => entry.work.kind !== "undo" && (isOpen(entry) || entry.state === "done");
  return [...entries].reverse().find(undoable) ?? null;
}

/** Another text when there is one decision more, or one that was taken back or failed. */
export function whichStand(entries: readonly Entry[]): string {
  return `${entries.at(-1)?.key} ${entries.filter(({ state }) => state !== "taken back" && state !== "failed").length}`;
}

/**
 * All that need the operator, then the newest that stand, until there are `most`, each once: a change of mind stands for what
 * it changed.
 */
export function lastDecided(entries: readonly Entry[], most: number): Entry[] {
  const refused = entries.filter(isRefused).reverse();
  const shown: Entry[] = [];
  for (let i = entries.length - 1; i >= 0 && refused.length + shown.length < most; i--) {
    const entry = entries[i]!;
    const { user, work, state } = entry;
    if (work.kind === "undo" || work.kind === "unjudge" || state === "taken back" || isRefused(entry)) continue;
    if (user.id === 0 || !shown.some((one) => one.user.id === user.id && one.work.kind === work.kind)) shown.push(entry);
  }
  return [...refused, ...shown];
}

export function isAbout(entry: Entry, userId: number): boolean {
  return entry.work.kind === "bulk" ? entry.work.userIds.includes(userId) : entry.user.id === userId;
}

/** The verdict on a user as the operator decided last, if an entry says so: undefined where none does. */
export function shownVerdict(entries: readonly Entry[], userId: number): Verdict | null | undefined {
  const about = entries.filter((entry) => isAbout(entry, userId) && (isOpen(entry) || (entry.state === "done" && !entry.isPast)));
  for (const { work, at, before } of about.reverse()) {
    if (work.kind === "verdict")
      return { harmful: work.harmful, inactive: work.inactive, notes: work.notes, classified_at: new Date(at).toISOString() };
    if (work.kind === "bulk") return { harmful: work.harmful, inactive: work.inactive, notes: null, classified_at: new Date(at).toISOString() };
    if (work.kind === "unjudge") return null;
    if (work.kind === "undo") return before;
  }
  return undefined;
}

/** Users whom triage need not show: decided or put off here, and not taken back. */
export function settledUsers(entries: readonly Entry[]): Set<number> {
  const settled = new Set<number>();
  for (const entry of entries) {
    if (entry.state === "failed" || entry.state === "taken back") continue;
    if (entry.work.kind === "verdict" || entry.work.kind === "later") settled.add(entry.user.id);
    if (entry.work.kind === "bulk") for (const id of entry.work.userIds) settled.add(id);
    if (entry.work.kind === "undo" || entry.work.kind === "unjudge") settled.delete(entry.user.id);
  }
  return settled;
}

/** How long to wait before the n-th repeat, in milliseconds: doubling, half a minute at most. */
export function backoff(attempt: number): number {
  return Math.min(30_000, 500 * 2 ** Math.min(attempt, 10));
}

/** How many users were judged since: a change of mind is no other user. */
export function judgedSince(entries: readonly Entry[], begun: number): number {
  const judged = entries.filter(({ at, work, state }) => at >= begun && work.kind === "verdict" && state !== "taken back" && state !== "failed");
  return new Set(judged.map(({ user }) => user.id)).size;
}
