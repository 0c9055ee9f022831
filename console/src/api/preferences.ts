/** Keeps the preferences here, and at the server where it has a place for them, so that every browser has the same. */
import { DEFAULTS, lookOf, readPreferences, stillWanted, type Preferences } from "../model/preferences";
import type { Fetch } from "./client";
import { ApiFailure } from "./failure";

/** What the login looks like is nobody's; what an operator has besides is under this name with theirs. */
const KEY = "wdx.preferences";
const SETTLE_MS = 800;
const AGAIN_MS = 10_000;

export class PreferenceStore {
  /** What is stored, with what is wanted on top. */
  value: Preferences;
  /** As the server has it; until it has answered, as this browser does. */
  #stored: Preferences;
  /** Changes that the server may not have yet. */
  #wanted: Partial<Preferences> = {};
  #isLoaded = false;
  /** Of what the server has; null: it has to be read first. */
  #etag: string | null = null;
  /** Of the operator's copy here. */
  #name: string | null = null;
  #listeners = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = Promise.resolve();
  /** Until the operator leaves. */
  #stay = new AbortController();

  constructor(private readonly send: Fetch, private readonly url: string, private readonly storage: Storage) {
    this.#stored = { ...DEFAULTS, ...lookOf(readPreferences(this.#find(KEY))) };
    this.value = this.#stored;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param owner  whose they are, and for which server */
  begin(owner: string): Promise<void> {
    this.#name = `${KEY}.${owner}`;
    const copy = this.#find(this.#name);
    if (copy !== null) this.#stored = readPreferences(copy);
    this.#show();
    return this.load();
  }

  /** Nobody is logged in: the look alone stays. */
  end(): void {
    clearTimeout(this.#timer);
    this.#stay.abort();
    this.#stay = new AbortController();
    this.#name = null;
    this.#isLoaded = false;
    this.#etag = null;
    this.#wanted = {};
    this.#stored = { ...DEFAULTS, ...lookOf(this.value) };
    this.#show();
  }

  set(change: Partial<Preferences>): void {
    this.#wanted = { ...this.#wanted, ...change };
    this.#show();
    this.#saveIn(SETTLE_MS);
  }

  /** Takes what the server has; where it does not answer, what this browser has will do. */
  load(): Promise<void> {
    return this.#inTurn(() => this.#read().catch(() => undefined));
  }

  #saveIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#inTurn(() => this.#save()), ms);
  }

  /** One after the other: what was read before a change would undo it when it came after. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stay;
    return (this.#last = this.#last.then(() => (signal.aborted ? undefined : work())));
  }

  async #read(): Promise<void> {
    const stored = readPreferences(await this.#ask({}));
    if (!this.#isLoaded) this.#wanted = stillWanted(this.#wanted, this.#stored, stored);
    this.#isLoaded = true;
    this.#stored = stored;
    this.#show();
  }

  async #save(): Promise<void> {
    try {
      if (this.#etag === null) await this.#read();
      if (Object.keys(this.#wanted).length === 0) return;
      const sent = this.value;
      const headers: Record<string, string> = { "Content-Type": "application/json" };
      if (this.#etag !== null) headers["If-Match"] = this.#etag;
      await this.#ask({ method: "PUT", headers, body: JSON.stringify(sent) });
      this.#stored = sent;
      this.#wanted = Object.fromEntries(Object.entries(this.#wanted).filter(([name, value]) => value !== sent[name as keyof Preferences]));
    } catch (error) {
      if (!(error instanceof ApiFailure)) return;
      const isOvertaken = error.status === 412; // by another browser: its changes stay, with ours on top
      if (isOvertaken) this.#etag = null;
      if (isOvertaken || error.isPassing) this.#saveIn(isOvertaken ? SETTLE_MS : AGAIN_MS);
    }
  }

  /** @throws ApiFailure; a DOMException when the operator has left meanwhile */
  async #ask(init: RequestInit): Promise<unknown> {
    const { signal } = this.#stay;
    const response = await this.send(new Request(this.url, { ...init, signal }));
    const body: unknown = await response.json();
    signal.throwIfAborted();
    this.#etag = response.headers.get("ETag");
    return body;
  }

  #show(): void {
    this.value = { ...this.#stored, ...this.#wanted };
    this.#keep(KEY, lookOf(this.value));
    if (this.#name !== null) this.#keep(this.#name, this.value);
    for (const listener of this.#listeners) listener();
  }

  #find(name: string): unknown {
    try {
      return JSON.parse(this.storage.getItem(name) ?? "null");
    } catch {
      return null; // unreadable: as at first
    }
  }

  #keep(name: string, value: object): void {
    try {
      this.storage.setItem(name, JSON.stringify(value));
    } catch {
      // Full or forbidden: it holds until the tab is closed.
    }
  }
}
