/** Of the tab that holds the stream of events: while it is taken, there is such a tab. */
export const STREAM_LEASE = "wdx.events";

/**
 * One tab at a time: whose name stands in localStorage holds it until it runs out, so that a killed tab blocks nobody for
 * long. Web Locks exist in secure contexts alone; this works everywhere. Two tabs that take it in the same moment may both
 * believe to have it until they look again.
 */
export class Lease {
  readonly #me = Math.random().toString(36).slice(2);

  constructor(private readonly storage: Storage, private readonly name: string, private readonly lastsMs: number) {}

  /** Takes it where it is free or has run out, and renews one's own. @return whether this tab has it now */
  take(): boolean {
    if (this.isTaken) return false;
    try {
      this.storage.setItem(this.name, `${this.#me} ${Date.now() + this.lastsMs}`);
    } catch {
      // Full or forbidden: every tab is for itself.
    }
    return true;
  }

  /** Whether another tab has it. */
  get isTaken(): boolean {
    const { tab, until } = this.#read();
    return tab !== this.#me && until > Date.now();
  }

  release(): void {
    if (this.#read().tab === this.#me) this.storage.removeItem(this.name);
  }

  #read(): { tab: string; until: number } {
    const [tab = "", until = "0"] = (this.storage.getItem(this.name) ?? "").split(" ");
    return { tab, until: Number(until) };
  }
}
