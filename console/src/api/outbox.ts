/**
 * The decisions of this operator on their way to the server. Each is kept in the browser until it is confirmed, so that
 * a tunnel, a killed tab or a restart of the server loses none; its Idempotency-Key lets it be sent again safely.
 */
import type { BulkChoice } from "../model/bulk";
import { backoff, isAbout, isPending, isRefused, lastToUndo, newEntry, newKey, nextToSend, whenAnswered, type Entry, type Work } from "../model/outbox";
import type { Verdict } from "../model/types";
import { words } from "../model/words";
import { ApiFailure } from "./failure";
import { etagFor, type Sent, type Theirs } from "./send";
import { StoredEntries } from "./stored_entries";

/** Settled ones: all that `z` takes back, and more than triage fetches at a time, or it would ask about them again. */
const KEPT = 250;

export interface OutboxOptions {
  /** Whose decisions, and for which server: there may be several on one host. */
  owner: string;
  storage: Storage;
  send: (entry: Entry) => Promise<Sent>;
  readTheirs: (userId: number) => Promise<Theirs>;
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
  #isSending = false;
  #isStopped = false;
  readonly #stored: StoredEntries;

  constructor(private readonly options: OutboxOptions) {
    this.#stored = new StoredEntries(options.storage, options.owner);
    this.entries = this.#stored.load();
    globalThis.addEventListener?.("online", this.pump);
    void this.pump();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** How many are not sent yet, in other tabs too. */
  get pending(): number {
    const others = this.#stored.load().filter(({ key }) => !this.#find(key));
    return [...this.entries, ...others].filter(isPending).length;
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

  /** The last decision, or the one given. One that may have arrived is sent once more: its answer tells which edit to undo. */
  takeBack(given = lastToUndo(this.entries)): Entry | null {
    const entry = given && this.#find(given.key);
    if (!entry) return null;
    this.#change(entry.key, { state: "taken back" });
    if (entry.state === "done" && entry.editId) this.add(entry.user, { kind: "undo", editId: entry.editId, of: entry.key }, entry.before);
    return entry;
  }

  /** After a conflict over theirs; after a failure, or when it has become old, over what was there before. */
  async sendAgain(key: string): Promise<void> {
    const asked = this.#find(key);
    const isConflict = asked?.state === "conflict";
    const theirs = isConflict ? await this.options.readTheirs(asked.user.id).catch(() => null) : null;
    const entry = this.#find(key);
    if (!entry || (isConflict && !theirs)) return;
    const over = theirs ? { before: theirs.verdict, etag: theirs.etag } : {};
    const state = entry.state === "taken back" ? "taken back" : "waiting";
    this.#remove(key);
    this.#put({ ...entry, ...over, key: newKey(), at: Date.now(), state, error: null });
    void this.pump();
  }

  /** After a conflict theirs stays; after a failure nothing happens. */
  drop(key: string): void {
    this.#change(key, { state: "taken back", isTried: false });
  }

  /** Others changed verdicts of these users (null: of whom is not known) after this operator. */
  outdate(ids: readonly number[] | null): void {
    const isIt = (entry: Entry) => entry.state === "done" && (ids?.some((id) => isAbout(entry, id)) ?? true);
    this.entries = this.entries.map((entry) => (isIt(entry) ? { ...entry, isPast: true } : entry));
    this.#tell();
  }

  /** For who logs out, in every tab. */
  empty(): void {
    this.stop();
    for (const { key } of this.#stored.load()) this.#stored.forget(key);
    this.entries = [];
    this.#tell();
  }

  /** Nobody is logged in: what waits is sent when its operator is back. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    globalThis.removeEventListener?.("online", this.pump);
  }

  readonly pump = async (): Promise<void> => {
    if (this.#isStopped || this.#isSending) return;
    clearTimeout(this.#timer);
    const entry = nextToSend(this.entries, Date.now());
    if (!entry) return;
    this.#isSending = true;
    if (entry.state === "waiting") this.#change(entry.key, { state: "sending", isTried: true });
    const wait = await this.#send(entry).catch((error: unknown) => this.#settleFailure(entry, error));
    this.#isSending = false;
    if (wait === 0) void this.pump();
    else if (!this.#isStopped) this.#timer = setTimeout(() => void this.pump(), wait);
  };

  /** @return after how many milliseconds to go on */
  async #send(entry: Entry): Promise<number> {
    const etag = await etagFor(entry, this.options.readTheirs);
    if (this.#isStopped) return 0; // as if the tab had been closed
    if (etag !== entry.etag) this.#change(entry.key, { etag }); // sent again, it is the same request
    const sent = await this.options.send({ ...entry, etag });
    this.#attempt = 0;
    if (sent.editId) this.ownEdits.add(sent.editId);
    this.#change(entry.key, (now) => whenAnswered(now, sent.editId, sent.etag));
    this.options.onConfirmed({ ...entry, editId: sent.editId });
    return 0;
  }

  /** @return after how many milliseconds to go on */
  async #settleFailure(entry: Entry, error: unknown): Promise<number> {
    const failure = error instanceof ApiFailure ? error : new ApiFailure(0, String(error));
    if (failure.isPassing || failure.status === 401) {
      this.#change(entry.key, ({ state }) => ({ state: state === "sending" ? "waiting" : state }));
      return Math.max(backoff(this.#attempt++), (failure.retryAfter ?? 0) * 1000);
    }
    const { message, requestId } = failure;
    const isConflict = failure.status === 412;
    const theirs = isConflict ? await this.options.readTheirs(entry.user.id).catch(() => null) : null;
    const text = requestId ? `${message} (${words.states.request(requestId)})` : message;
    const refused: Partial<Entry> = isConflict ? { state: "conflict", theirs: theirs?.verdict ?? null } : { state: "failed", error: text };
    this.#change(entry.key, ({ state }) => ({ ...(state === "taken back" ? {} : refused), isTried: false }));
    return 0;
  }

  #put(entry: Entry): void {
    this.entries = [...this.entries, entry];
    this.#stored.keep(entry);
    this.#trim();
    this.#tell();
  }

  #find(key: string): Entry | undefined {
    return this.entries.find((entry) => entry.key === key);
  }

  #change(key: string, change: Partial<Entry> | ((now: Entry) => Partial<Entry>)): void {
    const now = this.#find(key);
    if (!now) return;
    const changed = { ...now, ...(typeof change === "function" ? change(now) : change) };
    this.entries = this.entries.map((entry) => (entry === now ? changed : entry));
    this.#stored.replace(key, changed);
    this.#tell();
  }

  #remove(key: string): void {
    this.#stored.forget(key);
    this.entries = this.entries.filter((entry) => entry.key !== key);
  }

  #trim(): void {
    const settled = this.entries.filter((entry) => !isPending(entry) && !isRefused(entry));
    for (const { key } of settled.slice(0, Math.max(0, settled.length - KEPT))) this.#remove(key);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
