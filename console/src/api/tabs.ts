/**
 * What the tabs of one console tell each other about the session. Tokens go from memory to memory: a BroadcastChannel keeps
 * nothing, and reaches pages of the same origin alone.
 */
import { Lease, STREAM_LEASE } from "./lease";

export interface Token {
  access: string;
  /** On this machine's clock, in milliseconds. */
  from: number;
  until: number;
}

type Said = { kind: "token"; token: Token } | { kind: "ask" } | { kind: "in" } | { kind: "out" };

interface Handlers {
  /** @return whether it is taken */
  token: (token: Token) => boolean;
  /** @return what another tab may have */
  ask: () => Token | null;
  enter: () => void;
  leave: () => void;
}

/** Tabs answer within a few milliseconds; a busy one may need longer. */
const ANSWER_MS = 300;

export class Tabs {
  readonly #channel: BroadcastChannel | null;
  readonly #stream: Lease;
  #waiting = new Set<(taken: boolean) => void>();

  constructor(storage: Storage, root: string, private readonly handlers: Handlers) {
    this.#stream = new Lease(storage, `${STREAM_LEASE} ${root}`, 0);
    this.#channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(`wdx.session ${root}`);
    if (this.#channel) this.#channel.onmessage = ({ data }) => this.#hear(data as Said);
  }

  say(said: Said): void {
    this.#channel?.postMessage(said);
  }

  /** Whether another tab gave one. Where none holds the stream of events there is none, and nobody waits. */
  async askForToken(): Promise<boolean> {
    if (!this.#stream.isTaken) return false;
    this.say({ kind: "ask" });
    return this.waitForToken();
  }

  /** Whether another tab gave one within a moment. */
  waitForToken(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(false), ANSWER_MS);
      const done = (taken: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve(taken);
      };
      this.#waiting.add(done);
    });
  }

  #hear(said: Said): void {
    if (said.kind === "in") this.handlers.enter();
    if (said.kind === "out") this.handlers.leave();
    if (said.kind === "ask") {
      const token = this.handlers.ask();
      if (token) this.say({ kind: "token", token });
    }
    if (said.kind === "token" && this.handlers.token(said.token)) for (const done of [...this.#waiting]) done(true);
  }
}
