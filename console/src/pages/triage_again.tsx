/** Judged users who come back unmarked in triage: what the operator says now is compared with what was said then. */
import { useState } from "preact/hooks";
import { candidatesOf, counted, withReturning, type Card } from "../model/again";
import { today } from "../model/preferences";
import type { TriageItem } from "../model/types";
import { bodyOf, choiceOf, SIGNS, type Choice } from "../model/verdict";
import { words } from "../model/words";
import { useKeys } from "../ui/keys";
import { Card as Box, Handle } from "../ui/parts";
import { useQuery } from "../ui/query";
import { useConsole } from "./use_console";

interface Answer {
  card: Card;
  /** The card that comes after it. */
  before: number;
  choice: Choice;
  note: string;
  at: number;
  isOpen: boolean;
}

/** @param seen  users who were shown already: nobody comes in before them any more, when a key may be on its way */
export function useReturning(queue: readonly TriageItem[], seen: Set<number>) {
  const { ask, account, preferences, prefer, outbox, say, formats } = useConsole();
  const { agreement } = preferences;
  const [day] = useState(() => today());
  const [answers, setAnswers] = useState<Answer[]>([]);
  const judged = useQuery(ask.judged(account.id, day), { enabled: agreement.on });
  const candidates = agreement.on ? candidatesOf(judged.data ?? [], agreement.asked, day) : [];
  const cards = withReturning(queue, candidates, day, new Set([...seen, ...answers.map(({ before }) => before)]));
  const agrees = ({ card, choice }: Pick<Answer, "card" | "choice">) => choiceOf(card.earlier) === choice;
  const last = answers.at(-1);
  const undo = () => {
    seen.delete(last!.before);
    setAnswers(answers.slice(0, -1));
    prefer({ agreement: counted(agreement, last!.card.user.id, agrees(last!), -1) });
    say(words.triage.undone(`@${last!.card.user.handle}`));
  };
  const write = ({ user, earlier }: Card, choice: Choice, note: string) =>
    outbox.add({ id: user.id, handle: user.handle ?? "" }, { kind: "verdict", ...bodyOf(choice), notes: note || null, sampled: false }, earlier!);
  // What was said about one who came back is no edit: it is taken back here, where it was the last thing said.
  useKeys(last && last.at > (outbox.entries.at(-1)?.at ?? 0) ? { undo } : {});
  return {
    cards, answers,
    answer: (card: Card, choice: Choice, note: string) => {
      const before = cards[cards.findIndex((one) => one === card) + 1]?.user.id ?? 0;
      const isOpen = !agrees({ card, choice });
      setAnswers([...answers, { card, choice, note, before, at: Date.now(), isOpen }]);
      prefer({ agreement: counted(agreement, card.user.id, !isOpen, 1) });
      if (isOpen) return;
      if (note) write(card, choice, note);
      say(words.again.same(`@${card.user.handle}`, formats.day(card.earlier!.classified_at)), "sane");
    },
    /** Which of the two holds. */
    settle: (answer: Answer, isNew: boolean) => {
      setAnswers(answers.map((one) => (one === answer ? { ...one, isOpen: false } : one)));
      const { card, choice, note } = answer;
      if (isNew || note) write(card, isNew ? choice : choiceOf(card.earlier)!, note || (card.earlier!.notes ?? ""));
    },
  };
}

export function OpenQuestions({ of: { answers, settle } }: { of: ReturnType<typeof useReturning> }) {
  const { formats } = useConsole();
  const open = answers.filter(({ isOpen }) => isOpen);
  if (open.length === 0) return null;
  return (
    <Box title={words.again.differs} class="rail">
      {open.map((answer) => {
        const { user, earlier } = answer.card;
        const then = choiceOf(earlier)!;
        return (
          <div key={user.id} role="alert" class="question">
            <p><Handle>{user.handle}</Handle>: {words.again.ask(words.verdict[then].toLowerCase(), formats.day(earlier!.classified_at), words.verdict[answer.choice].toLowerCase())}</p>
            <p class="row">
              <button type="button" onClick={() => settle(answer, false)}>{SIGNS[then]} {words.verdict[then]}</button>
              <button type="button" onClick={() => settle(answer, true)}>{SIGNS[answer.choice]} {words.verdict[answer.choice]}</button>
            </p>
          </div>
        );
      })}
    </Box>
  );
}
