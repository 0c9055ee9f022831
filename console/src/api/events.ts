/**
 * Changes as they happen. A browser opens six connections to a host over HTTP/1.1, so one tab holds the stream and tells
 * the others.
 */
import { backoff } from "../model/outbox";
import { EventReader } from "../model/sse";
import type { Fetch } from "./client";
import { Lease, STREAM_LEASE } from "./lease";

export interface ChangeEvent {
  kind: "change" | "reset";
  table: string | null;
  ids: number[] | null;
  editId: string | null;
}
export type Liveness = "live" | "reconnecting";

const LEASE_MS = 5000;
const RENEW_MS = 1500;
/** A server that is back is noticed within this. */
const LONGEST_WAIT_MS = 3000;

interface Said {
  event?: ChangeEvent;
  liveness?: Liveness;
  /** Of the newest event: who holds the stream next goes on from there. */
  id: string | null;
}

export class Events {
  liveness: Liveness = "reconnecting";
  readonly #lease: Lease;
  readonly #tabs: BroadcastChannel | null;
  #stream: AbortController | null = null;
  #timer: ReturnType<typeof setInterval>;
  #lastId: string | null = null;
  #onLeave = () => this.stop();

  constructor(
    private readonly send: Fetch,
    private readonly root: string,
    storage: Storage,
    private readonly onEvent: (event: ChangeEvent) => void,
    private readonly onLiveness: () => void,
  ) {
    this.#lease = new Lease(storage, `${STREAM_LEASE} ${root}`, LEASE_MS);
    this.#tabs = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`${STREAM_LEASE} ${root}`);
    if (this.#tabs) this.#tabs.onmessage = ({ data }) => this.#hear(data as Said);
    this.#timer = setInterval(() => this.#elect(), RENEW_MS);
    addEventListener("pagehide", this.#onLeave);
    this.#elect();
  }

  stop(): void {
    clearInterval(this.#timer);
    removeEventListener("pagehide", this.#onLeave);
    this.#stream?.abort();
    this.#lease.release();
    this.#tabs?.close();
  }

  #elect(): void {
    if (!this.#lease.take()) {
      this.#stream?.abort(); // another tab was as quick
      this.#stream = null;
      return;
    }
    if (this.#stream) this.#say({ liveness: this.liveness, id: this.#lastId });
    else void this.#hold((this.#stream = new AbortController()));
  }

  async #hold(control: AbortController): Promise<void> {
    for (let attempt = 0; !control.signal.aborted; attempt++) {
      try {
        const headers = this.#lastId ? { "Last-Event-ID": this.#lastId } : undefined;
        const response = await this.send(new Request(`${this.root}/api/events/`, { headers, signal: control.signal }));
        this.#lastId ??= response.headers.get("X-Last-Event-ID");
        attempt = 0;
        this.#say({ liveness: "live", id: this.#lastId });
        await this.#read(response.body!.getReader());
      } catch {
        // It ends with the token, with the server, with the network: come back.
      }
      if (control.signal.aborted) return;
      this.#say({ liveness: "reconnecting", id: this.#lastId });
      await new Promise((resolve) => setTimeout(resolve, Math.min(backoff(attempt), LONGEST_WAIT_MS)));
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
        this.#say({ event: { kind: event === "reset" ? "reset" : "change", table: body.table ?? null, ids: body.ids ?? null, editId: body.edit_id ?? null }, id: this.#lastId });
      }
    }
  }

  #say(said: Said): void {
    this.#tabs?.postMessage(said);
    this.#hear(said);
  }

  #hear({ event, liveness, id }: Said): void {
    this.#lastId = id ?? this.#lastId;
    if (event) this.onEvent(event);
    if (liveness && liveness !== this.liveness) {
      this.liveness = liveness;
      this.onLiveness();
    }
  }
}
