/**
 * The decisions of this operator on their way to the server. Each is kept in the browser until it is confirmed, so that
 * a tunnel, a killed tab or a restart of the server loses none; its Idempotency-Key lets it be sent again safely.
 */
import type { BulkChoice } from "../model/bulk";
import { backoff, isAbout, isPending, isTooOld, lastToUndo, newEntry, newKey, nextToSend, type Entry, type EntryState, type Work } from "../model/outbox";
import type { Verdict } from "../model/types";
import { ApiFailure } from "./failure";
import type { Sent } from "./send";
import { StoredEntries } from "./stored_entries";

/** Settled ones: all that `z` takes back, and more than triage fetches at a time, or it would ask about them again. */
const KEPT = 250;

export interface OutboxOptions {
  /** Whose decisions, and for which server: there may be several on one host. */
  owner: string;
  storage: Storage;
  send: (entry: Entry) => Promise<Sent>;
  readTheirs: (userId: number) => Promise<{ verdict: Verdict | null; etag: string | null }>;
  /** Called when the server has confirmed one. */
  onConfirmed: (entry: Entry) => void;
  /** Does what the next card need not wait for. */
  later: (work: () => void) => void;
}

export class Outbox {
  entries: Entry[] = [];
  /** Edits made from here: their events are no news. */
  readonly ownEdits = new Set<string>();
  #listeners = new Set<() => void>();
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  readonly #stored: StoredEntries;

  constructor(private readonly options: OutboxOptions) {
    this.#stored = new StoredEntries(options.storage, options.owner);
    this.entries = this.#stored.load();
    if (typeof addEventListener !== "undefined") addEventListener("online", this.pump);
    void this.pump();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get pending(): number {
    return this.entries.filter(isPending).length;
  }

  /** Kept and shown as done at once; sent as soon as that is seen. */
  add(user: Entry["user"], work: Work, before: Verdict | null, etag: string | null = null): Entry {
    const entry = newEntry(user, work, before, etag);
    this.#put(entry);
    this.options.later(() => void this.pump());
    return entry;
  }

  /** An edit of many that the server has confirmed already: it can be taken back like any other. */
  made(handle: string, choice: BulkChoice | "planned" | "cancelled", editId: string): void {
    const entry: Entry = { ...newEntry({ id: 0, handle }, { kind: "made", choice }, null), state: "done", editId };
    this.ownEdits.add(editId);
    this.#put(entry);
    this.options.onConfirmed(entry);
  }

  /** The last decision, or the one given: forgotten where it was not sent, undone at the server where it was. */
  takeBack(entry = lastToUndo(this.entries)): Entry | null {
    if (!entry) return null;
    const { before } = entry;
    if (entry.state === "waiting") return this.#change(entry.key, { state: "taken back" }), entry;
    const verdict = before && { kind: "verdict" as const, harmful: !!before.harmful, inactive: !!before.inactive, notes: before.notes, sampled: false };
    const current = this.entries.find(({ key }) => key === entry.key) ?? entry;
    if (current.state === "sending") {
      this.#change(entry.key, { state: "taken back" });
      void this.#undoWhenSent(entry);
      return entry;
    }
    const work: Work = current.editId ? { kind: "undo", editId: current.editId, of: entry.key } : (verdict ?? { kind: "unjudge" });
    this.#change(entry.key, { state: "taken back" });
    this.add(entry.user, work, before);
    return entry;
  }

  /** After a conflict or a failure, or when it has become old: once more, over what is there now. */
  async sendAgain(key: string): Promise<void> {
    const entry = this.entries.find((one) => one.key === key);
    if (!entry) return;
    const theirs = entry.work.kind === "verdict" ? await this.options.readTheirs(entry.user.id) : { verdict: entry.before, etag: null };
    this.#stored.forget(key);
    this.entries = this.entries.filter((one) => one.key !== key);
    this.#put({ ...entry, key: newKey(), at: Date.now(), state: "waiting", before: theirs.verdict, etag: theirs.etag, error: null });
    void this.pump();
  }

  /** After a conflict theirs stays; after a failure nothing happens. */
  drop(key: string): void {
    this.#change(key, { state: "taken back" });
  }

  /** Others changed verdicts of these users (null: of whom is not known) after this operator. */
  outdate(ids: readonly number[] | null): void {
    const isIt = (entry: Entry) => entry.state === "done" && (ids?.some((id) => isAbout(entry, id)) ?? true);
    this.entries = this.entries.map((entry) => (isIt(entry) ? { ...entry, isPast: true } : entry));
    this.#tell();
  }

  tooOld(now = Date.now()): Entry[] {
    return this.entries.filter((entry) => isTooOld(entry, now));
  }

  /** For who logs out. */
  empty(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const { key } of this.entries) this.#stored.forget(key);
    this.entries = [];
    this.#tell();
  }

  readonly pump = async (): Promise<void> => {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    const entry = nextToSend(this.entries, Date.now());
    if (!entry) return;
    this.#change(entry.key, { state: "sending" });
    try {
      const { editId } = await this.options.send(entry);
      this.#attempt = 0;
      if (editId) this.ownEdits.add(editId);
      const isTakenBack = this.#stateOf(entry.key) === "taken back";
      this.#change(entry.key, isTakenBack ? { editId } : { state: "done", editId });
      this.options.onConfirmed({ ...entry, editId });
    } catch (error) {
      if (!(await this.#settleFailure(entry, error))) return;
    }
    void this.pump();
  };

  /** @return whether to go on with the next */
  async #settleFailure(entry: Entry, error: unknown): Promise<boolean> {
    const failure = error instanceof ApiFailure ? error : new ApiFailure(0, String(error));
    if (failure.isPassing || failure.status === 401) {
      if (this.#stateOf(entry.key) === "sending") this.#change(entry.key, { state: "waiting" });
      const wait = Math.max(backoff(this.#attempt++), (failure.retryAfter ?? 0) * 1000);
      this.#timer = setTimeout(() => void this.pump(), wait);
      return false;
    }
    if (failure.status === 412) {
      const theirs = await this.options.readTheirs(entry.user.id).catch(() => null);
      this.#change(entry.key, { state: "conflict", theirs: theirs?.verdict ?? null });
      return true;
    }
    this.#change(entry.key, { state: "failed", error: failure.message });
    return true;
  }

  async #undoWhenSent(entry: Entry): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = this.subscribe(() => {
        if (!this.entries.some((one) => one.key === entry.key && !one.editId)) (stop(), resolve());
      });
    });
    const sent = this.entries.find(({ key }) => key === entry.key);
    if (sent?.editId) this.add(entry.user, { kind: "undo", editId: sent.editId, of: entry.key }, entry.before);
  }

  #put(entry: Entry): void {
    this.entries = [...this.entries, entry];
    this.#stored.keep(entry);
    this.#trim();
    this.#tell();
  }

  #stateOf(key: string): EntryState | undefined {
    return this.entries.find((entry) => entry.key === key)?.state;
  }

  #change(key: string, change: Partial<Entry>): void {
    this.entries = this.entries.map((entry) => (entry.key === key ? { ...entry, ...change } : entry));
    const entry = this.entries.find((one) => one.key === key);
    if (entry) this.#stored.keep(entry);
    this.#tell();
  }

  #trim(): void {
    const settled = this.entries.filter((entry) => !isPending(entry) && entry.state !== "conflict" && entry.state !== "failed");
    for (const { key } of settled.slice(0, Math.max(0, settled.length - KEPT))) {
      this.#stored.forget(key);
      this.entries = this.entries.filter((entry) => entry.key !== key);
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
