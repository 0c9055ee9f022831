/**
 * Who is logged in. The access token lives in memory alone; the refresh token in a cookie that no script can read.
 * Every tab refreshes for itself; tabs tell each other when somebody logs in or out.
 */
import { ApiFailure, failureOf, offlineFailure } from "./failure";

export type SessionState =
  | { kind: "unknown" }
  | { kind: "in" }
  | { kind: "out"; ended: boolean }
  | { kind: "unreachable" };

interface Answer {
  access: string;
  expires_in: number;
}

const PATH = "session/"; // relative to the page: right under any prefix
const JSON_TYPE = { "Content-Type": "application/json" };
/** Refresh when this part of the token's life is over. */
const REFRESH_AT = 0.8;
const TRY_AGAIN_MS = 3000;

export class Session {
  #access: string | null = null;
  #refreshing: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<() => void>();
  #tabs: BroadcastChannel | null = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("wdx.session");
  state: SessionState = { kind: "unknown" };

  constructor() {
    if (!this.#tabs) return;
    this.#tabs.onmessage = ({ data }) => {
      if (data === "out" && this.state.kind === "in") this.#leave(true);
      if (data === "in" && this.state.kind === "out") void this.start();
    };
  }

  get access(): string | null {
    return this.#access;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes the session of the cookie up, if there is one; keeps trying while the server cannot be reached. */
  async start(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      if (!(error instanceof ApiFailure) || !error.isPassing) return;
      this.#set({ kind: "unreachable" });
      this.#timer = setTimeout(() => void this.start(), Math.max(TRY_AGAIN_MS, (error.retryAfter ?? 0) * 1000));
    }
  }

  /** @throws ApiFailure */
  async login(username: string, password: string, otp: string): Promise<void> {
    const body = otp ? { username, password, otp } : { username, password };
    this.#enter(await this.#send("POST", body));
    this.#tabs?.postMessage("in");
  }

  /** At once for all who ask at the same time. @throws ApiFailure; a refused one has logged out */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async logout(): Promise<void> {
    try {
      await fetch(PATH, { method: "DELETE", credentials: "same-origin" });
    } finally {
      this.#leave(false);
      this.#tabs?.postMessage("out");
    }
  }

  async #refresh(): Promise<void> {
    try {
      this.#enter(await this.#send("PUT", {}));
    } catch (error) {
      if (!(error instanceof ApiFailure) || !error.isPassing) this.#leave(this.state.kind === "in");
      throw error;
    }
  }

  async #send(method: string, body: unknown): Promise<Answer> {
    const response = await fetch(PATH, { method, headers: JSON_TYPE, body: JSON.stringify(body), credentials: "same-origin" })
      .catch(() => Promise.reject(offlineFailure()));
    if (!response.ok) throw await failureOf(response);
    return (await response.json()) as Answer;
  }

  #enter(answer: Answer): void {
    this.#access = answer.access;
    clearTimeout(this.#timer);
    const wait = Math.max(1, answer.expires_in * REFRESH_AT) * 1000;
    // setTimeout counts to 2^31 - 1 ms and fires at once beyond.
    this.#timer = setTimeout(() => void this.refresh().catch(() => undefined), Math.min(wait, 2 ** 31 - 1));
    this.#set({ kind: "in" });
  }

  #leave(ended: boolean): void {
    this.#access = null;
    clearTimeout(this.#timer);
    this.#set({ kind: "out", ended });
  }

  #set(state: SessionState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}
