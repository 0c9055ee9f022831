/** What can be decided about one user, by button or key. */
import { useState } from "preact/hooks";
import type { Entry } from "../model/outbox";
import type { Verdict } from "../model/types";
import { bodyOf, type Choice } from "../model/verdict";
import { words } from "../model/words";
import { useConsole } from "./use_console";

const LATER_MS = 7 * 86400 * 1000;

export interface Subject {
  user: { id: number; handle: string | null };
  before: Verdict | null;
  etag?: string | null;
  sampled?: boolean;
}

export function useDecide() {
  const { outbox, say, basket, setBasket, formats } = useConsole();
  const [notes, setNotes] = useState<Record<number, string>>({});
  const who = ({ id, handle }: Subject["user"]): Entry["user"] => ({ id, handle: handle ?? String(id) });
  return {
    noteOf: (subject: Subject) => notes[subject.user.id] ?? subject.before?.notes ?? "",
    setNote: (subject: Subject, text: string) => setNotes({ ...notes, [subject.user.id]: text }),
    judge: (subject: Subject, choice: Choice) => {
      const note = notes[subject.user.id] ?? subject.before?.notes ?? "";
      const work = { kind: "verdict" as const, ...bodyOf(choice), notes: note || null, sampled: subject.sampled ?? false };
      return outbox.add(who(subject.user), work, subject.before, subject.etag ?? null);
    },
    later: ({ user, before }: Subject) => {
      const until = new Date(Date.now() + LATER_MS).toISOString().replace(/\.\d+/, "");
      return outbox.add(who(user), { kind: "later", until }, before);
    },
    record: ({ user, before }: Subject, actionType: "block" | "mute") => {
      outbox.add(who(user), { kind: "action", actionType, notes: null }, before);
      say(`@${user.handle}: ${words.triage.recorded[actionType]}`);
    },
    /** One edit for many; `z` takes all of it back. */
    judgeMany: (userIds: number[], choice: Choice) =>
      outbox.add({ id: 0, handle: words.actions.users(userIds.length, formats.count(userIds.length)) }, { kind: "bulk", userIds, ...bodyOf(choice) }, null),
    toggleBasket: (id: number) => setBasket(basket.includes(id) ? basket.filter((one) => one !== id) : [...basket, id]),
  };
}
