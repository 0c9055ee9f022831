/** Keeps the preferences here, and at the server where it has a place for them, so that every browser has the same. */
import { DEFAULTS, readPreferences, type Preferences } from "../model/preferences";
import { isStatus, type Fetch } from "./client";

const KEY = "wdx.preferences";
const SETTLE_MS = 800;

export class PreferenceStore {
  value: Preferences;
  #listeners = new Set<() => void>();
  #etag: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly send: Fetch, private readonly url: string, private readonly storage: Storage) {
    let stored: unknown = null;
    try {
      stored = JSON.parse(storage.getItem(KEY) ?? "null");
    } catch {
      // Unreadable: as at first.
    }
    this.value = stored === null ? DEFAULTS : readPreferences(stored);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(change: Partial<Preferences>): void {
    this.#take({ ...this.value, ...change });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#save(), SETTLE_MS);
  }

  /** Takes what the server has. */
  async load(): Promise<void> {
    try {
      const response = await this.send(new Request(this.url));
      this.#etag = response.headers.get("ETag");
      const stored = (await response.json()) as object;
      if (Object.keys(stored).length > 0) this.#take(readPreferences(stored));
    } catch {
      // What this browser has will do.
    }
  }

  async #save(mayRepeat = true): Promise<void> {
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (this.#etag) headers["If-Match"] = this.#etag;
    try {
      const response = await this.send(new Request(this.url, { method: "PUT", headers, body: JSON.stringify(this.value) }));
      await response.text();
      this.#etag = response.headers.get("ETag");
    } catch (error) {
      if (!isStatus(error, 412) || !mayRepeat) return;
      const wanted = this.value;
      await this.load(); // another browser was first: ours is the newer wish
      this.#take(wanted);
      await this.#save(false);
    }
  }

  #take(value: Preferences): void {
    this.value = value;
    try {
      this.storage.setItem(KEY, JSON.stringify(value));
    } catch {
      // Full or forbidden: it holds until the tab is closed.
    }
    for (const listener of this.#listeners) listener();
  }
}
