/** What lives as long as the page: the session, the client, the answers kept, the preferences; and per operator the rest. */
import { notifyManager, QueryClient } from "@tanstack/query-core";
import { apiRoot, authorizedFetch, makeClient, type Fetch } from "../api/client";
import { Events, type ChangeEvent } from "../api/events";
import { Outbox } from "../api/outbox";
import { PreferenceStore } from "../api/preferences";
import { readVerdict, sendEntry } from "../api/send";
import { Session } from "../api/session";
import type { Entry } from "../model/outbox";
import { afterPaint } from "../ui/after_paint";
import { Reading } from "./reading";

const KEEP_MS = 10 * 60_000;
/** What own changes have changed is read again when there is none for so long. */
const GATHER_MS = 1000;
/** So long at most while one decision follows another: they themselves are shown already. */
const DECISIONS_MS = 15_000;

// By default answers are told by a timer, of which a tab in the background has one a second.
notifyManager.setScheduler(queueMicrotask);

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
  readonly #reading = new Reading(this.answers);
  /** Tables that own decisions have changed. */
  #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When they are read at the latest. */
  #due = Infinity;
  /** The decision that is on its way, and its answer. */
  #sending: { entry: Entry; answer: Promise<unknown> } | null = null;
  #listeners = new Set<() => void>();

  /** Of who is logged in, and of being live. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The operator is known: decisions and events begin. */
  begin(operator: number): void {
    if (this.#operator === operator) return;
    if (this.#operator !== null) this.end();
    this.#operator = operator;
    const owner = `${this.root} ${operator}`;
    this.outbox = new Outbox({
      owner, storage: localStorage,
      send: (entry) => {
        const answer = sendEntry(this.send, this.root, entry).finally(() => (this.#sending = null));
        this.#sending = { entry, answer };
        return answer;
      },
      readTheirs: (userId) => readVerdict(this.send, this.root, userId),
      onConfirmed: (entry) => this.#confirmed(entry),
      later: afterPaint,
    });
    this.events = new Events(this.send, this.root, localStorage, (event) => this.#hear(event), () => this.#live());
    void this.preferences.begin(owner);
    this.#tell();
  }

  /** Nobody is logged in: nothing of the operator stays in memory. */
  end(): void {
    this.events?.stop();
    this.events = null;
    this.outbox?.stop();
    this.outbox = null;
    this.preferences.end();
    this.#operator = null;
    this.#forgetChanges();
    this.answers.clear();
  }

  #hear(event: ChangeEvent): void {
    if (event.kind === "reset") {
      this.outbox?.outdate(null);
      return void this.answers.invalidateQueries();
    }
    if (event.table === "preferences") return void this.preferences.load();
    if (event.editId && this.outbox?.ownEdits.has(event.editId)) return; // its echo: known since its answer
    if (event.editId && this.#sending && mayBeOf(event, this.#sending.entry)) {
      const again = () => this.#hear(event);
      return void this.#sending.answer.then(again, again); // whose it is, the answer tells
    }
    if (event.table === "classification") this.outbox?.outdate(event.ids);
    // Whom somebody else has judged need not be judged here.
    if (event.table) this.#reading.again(event.table === "classification" ? ["classification", "snoozes"] : [event.table]);
  }

  /** Where the server answers again, nothing waits any longer. */
  #live(): void {
    if (this.events?.liveness === "live") {
      void this.outbox?.pump();
      void this.answers.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" });
    }
    this.#tell();
  }

  #confirmed({ work }: Entry): void {
    const isPlan = work.kind === "made" && (work.choice === "planned" || work.choice === "cancelled");
    this.#changed.add(isPlan ? "planned_actions" : work.kind === "action" ? "actions" : "classification");
    if (work.kind === "undo" || work.kind === "unjudge") this.#changed.add("snoozes"); // who was judged waits again
    if (work.kind === "undo") this.#changed.add("planned_actions");
    const now = Date.now();
    const isDecision = work.kind === "verdict" || work.kind === "later";
    this.#due = Math.min(this.#due, now + (isDecision ? DECISIONS_MS : GATHER_MS));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const changed = [...this.#changed];
      this.#forgetChanges();
      this.#reading.again(changed);
    }, Math.min(GATHER_MS, this.#due - now));
  }

  #forgetChanges(): void {
    clearTimeout(this.#timer);
    this.#changed.clear();
    this.#due = Infinity;
  }

  #tell = (): void => {
    for (const listener of this.#listeners) listener();
  };
}

/** Whether an event may tell of what a decision did. */
function mayBeOf({ table, ids }: ChangeEvent, { user }: Entry): boolean {
  return table !== "classification" || ids === null || user.id === 0 || ids.includes(user.id);
}
