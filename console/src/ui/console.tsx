/** What every page can reach: the questions, the outbox, the preferences, formats; and short messages. */
import { createContext } from "preact";
import { useContext, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import type { BulkChoice } from "../model/bulk";
import type { Formats } from "../model/format";
import type { Preferences } from "../model/preferences";
import type { Tone } from "../model/verdict";
import type { Entry, Work } from "../model/outbox";
import type { Account, Verdict } from "../model/types";
import { whenIdle } from "./after_paint";
import type { Store } from "./store";

export interface Decisions extends Store {
  readonly entries: Entry[];
  add(user: Entry["user"], work: Work, before: Verdict | null, etag?: string | null): Entry;
  made(handle: string, choice: BulkChoice | "planned" | "cancelled", editId: string): void;
  takeBack(entry?: Entry): Entry | null;
  sendAgain(key: string): Promise<void>;
  drop(key: string): void;
}

/** `Ask` is the type of the questions, which `api` has and `ui` does not know. */
export interface Console<Ask> {
  ask: Ask;
  account: Account;
  operator: string;
  outbox: Decisions;
  preferences: Preferences;
  prefer(change: Partial<Preferences>): void;
  formats: Formats;
  say(text: string, tone?: Tone): void;
  /** A request beside the questions: exports, reports, writes that are no decisions. */
  send(path: string, init?: RequestInit): Promise<Response>;
  basket: number[];
  setBasket(ids: number[]): void;
  logout(): Promise<void>;
}

export const ConsoleContext = createContext<Console<never>>(null as never);

export function useAnyConsole<Ask>(): Console<Ask> {
  return useContext(ConsoleContext) as unknown as Console<Ask>;
}

/** The decisions as they are now. @param of  what of them is shown: it is drawn again when that is another value */
export function useEntries(of: (entries: Entry[]) => unknown = (entries) => entries): Entry[] {
  const { outbox } = useContext(ConsoleContext);
  const shown = useRef<unknown>();
  shown.current = of(outbox.entries);
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useLayoutEffect(() => outbox.subscribe(() => of(outbox.entries) !== shown.current && draw(null as never)), [outbox]);
  return outbox.entries;
}

/** The decisions, for what need not be in the same picture as the answer to a key. */
export function useEntriesLater(): Entry[] {
  const { outbox } = useContext(ConsoleContext);
  const [entries, setEntries] = useState(outbox.entries);
  useLayoutEffect(() => {
    let isComing = false;
    const show = () => {
      isComing = false;
      setEntries(outbox.entries);
    };
    show();
    return outbox.subscribe(() => {
      if (!isComing) whenIdle(show);
      isComing = true;
    });
  }, [outbox]);
  return entries;
}
