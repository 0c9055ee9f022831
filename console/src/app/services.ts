/** What lives as long as the page: the session, the client, the answers kept, the preferences; and per operator the rest. */
import { QueryClient } from "@tanstack/query-core";
import { apiRoot, authorizedFetch, makeClient, type Fetch } from "../api/client";
import { Events, type ChangeEvent } from "../api/events";
import { Outbox } from "../api/outbox";
import { PreferenceStore } from "../api/preferences";
import { MADE_OF } from "../api/queries";
import { readVerdict, sendEntry } from "../api/send";
import { Session } from "../api/session";

const KEEP_MS = 10 * 60_000;
/** Several changes within this are one reading. */
const GATHER_MS = 300;

export class Services {
  readonly root = apiRoot(document.baseURI);
  readonly session = new Session(localStorage, this.root);
  readonly send: Fetch = authorizedFetch(this.session);
  readonly client = makeClient(this.session, this.root);
  readonly preferences = new PreferenceStore(this.send, `${this.root}/api/preferences/`, localStorage);
  readonly answers = new QueryClient({
    // Each failure has a face, which tries again: nothing is repeated in secret.
    defaultOptions: { queries: { retry: false, networkMode: "always", gcTime: KEEP_MS, refetchOnWindowFocus: true } },
  });
  outbox: Outbox | null = null;
  events: Events | null = null;
  #operator: number | null = null;
  #stale = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<() => void>();

  /** Of the outbox or of being live. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The operator is known: decisions and events begin. */
  begin(operator: number): void {
    if (this.#operator === operator) return;
    if (this.#operator !== null) this.end();
    this.#operator = operator;
    this.outbox = new Outbox({
      owner: `${this.root} ${operator}`, storage: localStorage,
      send: (entry) => sendEntry(this.send, this.root, entry),
      readTheirs: (userId) => readVerdict(this.send, this.root, userId),
      onConfirmed: ({ work }) => {
        const isPlan = work.kind === "made" && (work.choice === "planned" || work.choice === "cancelled");
        this.#age(isPlan ? "planned_actions" : work.kind === "action" ? "actions" : "classification");
        if (work.kind === "undo" || work.kind === "unjudge") this.#age("snoozes"); // who was judged waits again
        if (work.kind === "undo") this.#age("planned_actions");
      },
    });
    this.outbox.subscribe(this.#tell);
    this.events = new Events(this.send, this.root, localStorage, (event) => this.#hear(event), () => this.#live());
    void this.preferences.load();
    this.#tell();
  }

  /** Nobody is logged in: nothing of the operator stays in memory. */
  end(): void {
    this.events?.stop();
    this.events = null;
    this.outbox = null;
    this.#operator = null;
    this.answers.clear();
  }

  #hear(event: ChangeEvent): void {
    if (event.kind === "reset") {
      this.outbox?.outdate(null);
      return void this.answers.invalidateQueries();
    }
    if (event.table === "preferences") return void this.preferences.load();
    if (event.editId && this.outbox?.ownEdits.has(event.editId)) return; // its echo: known since its answer
    if (event.table === "classification") this.outbox?.outdate(event.ids);
    this.#age(event.table ?? "");
  }

  /** Where the server answers again, nothing waits any longer. */
  #live(): void {
    if (this.events?.liveness === "live") {
      void this.outbox?.pump();
      void this.answers.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" });
    }
    this.#tell();
  }

  #age(table: string): void {
    for (const name of MADE_OF[table] ?? []) this.#stale.add(name);
    this.#timer ??= setTimeout(() => {
      const names = [...this.#stale];
      this.#stale.clear();
      this.#timer = undefined;
      for (const name of names) void this.answers.invalidateQueries({ queryKey: [name] });
    }, GATHER_MS);
  }

  #tell = (): void => {
    for (const listener of this.#listeners) listener();
  };
}
