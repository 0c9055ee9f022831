/** Decisions as the browser keeps them: one entry each, so that tabs do not overwrite each other's. */
import type { Entry } from "../model/outbox";

export class StoredEntries {
  readonly #prefix: string;

  constructor(private readonly storage: Storage, owner: string) {
    this.#prefix = `wdx.outbox.${owner}.`;
  }

  /** Oldest first. What was being sent when the tab ended is waiting again: its key makes that safe. What was done is in the server's answers. */
  load(): Entry[] {
    const { storage } = this;
    const names = Array.from({ length: storage.length }, (_, i) => storage.key(i)).filter((name) => name?.startsWith(this.#prefix));
    const entries = names.flatMap((name) => {
      try {
        return [JSON.parse(storage.getItem(name!) ?? "") as Entry];
      } catch {
        return []; // not ours
      }
    });
    return entries.map((entry): Entry => (entry.state === "sending" ? { ...entry, state: "waiting" } : { ...entry, isPast: entry.state === "done" })).sort((a, b) => a.at - b.at);
  }

  keep(entry: Entry): void {
    try {
      this.storage.setItem(this.#prefix + entry.key, JSON.stringify(entry));
    } catch {
      // Full or forbidden: it holds until the tab is closed.
    }
  }

  /** Not one that another tab has forgotten meanwhile: who logs out there leaves none behind. */
  replace(key: string, entry: Entry): void {
    if (this.storage.getItem(this.#prefix + key) === null) return;
    if (entry.key !== key) this.forget(key);
    this.keep(entry);
  }

  forget(key: string): void {
    this.storage.removeItem(this.#prefix + key);
  }
}
