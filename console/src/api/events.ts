/**
 * Changes as they happen. A browser opens six connections to a host over HTTP/1.1, so one tab holds the stream and tells
 * the others. Web Locks exist in secure contexts alone; the lease in localStorage works everywhere.
 */
import { backoff } from "../model/outbox";
import { EventReader } from "../model/sse";
import type { Fetch } from "./client";

export interface ChangeEvent {
  kind: "change" | "reset";
  table: string | null;
  ids: number[] | null;
  editId: string | null;
}
export type Liveness = "live" | "reconnecting";

const LEASE = "wdx.events.leader";
const LEASE_MS = 5000;
const RENEW_MS = 1500;

interface Said {
  event?: ChangeEvent;
  liveness?: Liveness;
}

export class Events {
  liveness: Liveness = "reconnecting";
  #me = Math.random().toString(36).slice(2);
  #tabs: BroadcastChannel | null = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("wdx.events");
  #stream: AbortController | null = null;
  #timer: ReturnType<typeof setInterval>;
  #lastId: string | null = null;
  #onLeave = () => this.stop();

  constructor(
    private readonly send: Fetch,
    private readonly url: string,
    private readonly storage: Storage,
    private readonly onEvent: (event: ChangeEvent) => void,
    private readonly onLiveness: () => void,
  ) {
    if (this.#tabs) this.#tabs.onmessage = ({ data }) => this.#hear(data as Said);
    this.#timer = setInterval(() => this.#elect(), RENEW_MS);
    addEventListener("pagehide", this.#onLeave);
    this.#elect();
  }

  stop(): void {
    clearInterval(this.#timer);
    removeEventListener("pagehide", this.#onLeave);
    this.#stream?.abort();
    if (this.#leader().tab === this.#me) this.storage.removeItem(LEASE);
    this.#tabs?.close();
  }

  #leader(): { tab: string; until: number } {
    const [tab = "", until = "0"] = (this.storage.getItem(LEASE) ?? "").split(" ");
    return { tab, until: Number(until) };
  }

  #elect(): void {
    const { tab, until } = this.#leader();
    const mine = tab === this.#me;
    if (!mine && until > Date.now()) {
      this.#stream?.abort(); // another tab was as quick
      this.#stream = null;
      return;
    }
    this.storage.setItem(LEASE, `${this.#me} ${Date.now() + LEASE_MS}`);
    if (this.#stream) this.#say({ liveness: this.liveness });
    else void this.#hold((this.#stream = new AbortController()));
  }

  async #hold(control: AbortController): Promise<void> {
    for (let attempt = 0; !control.signal.aborted; attempt++) {
      try {
        const headers = this.#lastId ? { "Last-Event-ID": this.#lastId } : undefined;
        const response = await this.send(new Request(this.url, { headers, signal: control.signal }));
        this.#lastId ??= response.headers.get("X-Last-Event-ID");
        attempt = 0;
        this.#say({ liveness: "live" });
        await this.#read(response.body!.getReader());
      } catch {
        // It ends with the token, with the server, with the network: come back.
      }
      if (control.signal.aborted) return;
      this.#say({ liveness: "reconnecting" });
      await new Promise((resolve) => setTimeout(resolve, Math.min(backoff(attempt), LEASE_MS)));
    }
  }

  async #read(bytes: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const reader = new EventReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await bytes.read();
      if (done) return;
      for (const { event, id, data } of reader.feed(decoder.decode(value, { stream: true }))) {
        this.#lastId = id ?? this.#lastId;
        const body = JSON.parse(data) as { table?: string; ids?: number[] | null; edit_id?: string | null };
        this.#say({ event: { kind: event === "reset" ? "reset" : "change", table: body.table ?? null, ids: body.ids ?? null, editId: body.edit_id ?? null } });
      }
    }
  }

  #say(said: Said): void {
    this.#tabs?.postMessage(said);
    this.#hear(said);
  }

  #hear({ event, liveness }: Said): void {
    if (event) this.onEvent(event);
    if (liveness && liveness !== this.liveness) {
      this.liveness = liveness;
      this.onLiveness();
    }
  }
}
