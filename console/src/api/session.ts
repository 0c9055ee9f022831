/**
 * Who is logged in. The access token lives in memory alone; the refresh token in a cookie that no script can read.
 * One tab refreshes and hands the token to the others: whose timer is first. When it is gone, another's is.
 */
import { ApiFailure, failureOf, offlineFailure } from "./failure";
import { Lease } from "./lease";
import { Tabs, type Token } from "./tabs";

export type SessionState =
  | { kind: "unknown" }
  | { kind: "in" }
  | { kind: "out"; ended: boolean }
  | { kind: "unreachable" };

const PATH = "session/"; // relative to the page: right under any prefix
const JSON_TYPE = { "Content-Type": "application/json" };
/** When this part of the token's life is over, the tab that refreshed last does it again; the others a little later. */
const REFRESH_AT = 0.8;
const OTHERS_AT = [0.85, 0.95] as const;
const SOONEST_MS = 500;
const TRY_AGAIN_MS = 3000;
/** A tab that was killed while it refreshed holds the others up for this long. */
const LEASE_MS = 3000;

export class Session {
  #token: Token | null = null;
  #refreshing: Promise<void> | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<() => void>();
  readonly #tabs: Tabs;
  readonly #lease: Lease;
  state: SessionState = { kind: "unknown" };

  /** @param root  of the API: consoles of two servers on one host have tabs of their own */
  constructor(storage: Storage, root: string) {
    this.#lease = new Lease(storage, `wdx.refresh ${root}`, LEASE_MS);
    this.#tabs = new Tabs(storage, root, {
      token: (token) => this.#take(token),
      ask: () => (this.#token && this.#token.until > Date.now() ? this.#token : null),
      enter: () => {
        if (this.state.kind === "in") this.#leave(false); // somebody else, perhaps
        void this.start();
      },
      leave: () => this.state.kind === "in" && this.#leave(true),
    });
  }

  get access(): string | null {
    return this.#token?.access ?? null;
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
      this.#later(Math.max(TRY_AGAIN_MS, (error.retryAfter ?? 0) * 1000), () => this.start());
    }
  }

  /** @throws ApiFailure */
  async login(username: string, password: string, otp: string): Promise<void> {
    const body = otp ? { username, password, otp } : { username, password };
    this.#enter(await this.#send("POST", body), REFRESH_AT);
    this.#tabs.say({ kind: "in" });
  }

  /**
   * A newer token, for one that was refused or is missing: another tab's if one has it, else from the server. At once for all
   * who ask at the same time. @throws ApiFailure; a refused one has logged out
   */
  refresh(): Promise<void> {
    return this.#once(async () => {
      if (!(await this.#tabs.askForToken())) await this.#renew();
    });
  }

  async logout(): Promise<void> {
    try {
      await fetch(PATH, { method: "DELETE", credentials: "same-origin" });
    } finally {
      this.#leave(false);
      this.#tabs.say({ kind: "out" });
    }
  }

  #once(work: () => Promise<void>): Promise<void> {
    this.#refreshing ??= work().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  /** By this tab or, while another one is at it, by that one. */
  async #renew(): Promise<void> {
    while (!this.#lease.take()) if (await this.#tabs.waitForToken()) return;
    try {
      const token = await this.#send("PUT", {});
      this.#enter(token, REFRESH_AT);
      this.#tabs.say({ kind: "token", token });
    } catch (error) {
      if (!(error instanceof ApiFailure) || !error.isPassing) this.#leave(this.state.kind === "in");
      throw error;
    } finally {
      this.#lease.release();
    }
  }

  async #send(method: string, body: unknown): Promise<Token> {
    const response = await fetch(PATH, { method, headers: JSON_TYPE, body: JSON.stringify(body), credentials: "same-origin" })
      .catch(() => Promise.reject(offlineFailure()));
    if (!response.ok) throw await failureOf(response);
    const { access, expires_in: seconds } = (await response.json()) as { access: string; expires_in: number };
    return { access, from: Date.now(), until: Date.now() + seconds * 1000 };
  }

  /** @return whether it is newer than what this tab has, and wanted */
  #take(token: Token): boolean {
    const isWanted = this.state.kind === "in" || this.#refreshing !== null;
    if (!isWanted || token.until <= (this.#token?.until ?? 0)) return false;
    const [early, late] = OTHERS_AT;
    this.#enter(token, early + Math.random() * (late - early));
    return true;
  }

  #enter(token: Token, renewAt: number): void {
    this.#token = token;
    this.#later(Math.max(SOONEST_MS, token.from + (token.until - token.from) * renewAt - Date.now()), () => this.#renewInTime());
    if (this.state.kind !== "in") this.#set({ kind: "in" });
  }

  async #renewInTime(): Promise<void> {
    await this.#once(() => this.#renew()).catch(() => {
      if (this.state.kind === "in") this.#later(TRY_AGAIN_MS, () => this.#renewInTime());
    });
  }

  #later(ms: number, work: () => Promise<void>): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void work(), Math.min(ms, 2 ** 31 - 1)); // beyond, it would fire at once
  }

  #leave(ended: boolean): void {
    this.#token = null;
    clearTimeout(this.#timer);
    this.#set({ kind: "out", ended });
  }

  #set(state: SessionState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }
}
