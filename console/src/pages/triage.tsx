/** Triage: one user, one key, the next. What a key does is in model/keymap; what a verdict is, in model/verdict. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Card } from "../model/again";
import { isPending, judgedSince, settledUsers, whichStand } from "../model/outbox";
import { hashOf } from "../model/place";
import type { TriageItem } from "../model/types";
import type { Choice } from "../model/verdict";
import { words } from "../model/words";
import { whenIdle } from "../ui/after_paint";
import { useEntries, useEntriesLater } from "../ui/console";
import { ExtraKeys } from "../ui/extra_keys";
import { useKeys } from "../ui/keys";
import { memo } from "../ui/memo";
import { NoteDialog } from "../ui/note";
import { Progress } from "../ui/progress";
import { useQuery } from "../ui/query";
import { Empty, Failure, Skeleton, States } from "../ui/states";
import { useSwipe } from "../ui/swipe";
import { VerdictKeys } from "../ui/verdict_keys";
import { useDecide, type Subject } from "./decide";
import { OpenQuestions, useReturning } from "./triage_again";
import { Deck } from "./triage_deck";
import { usePlace } from "./triage_place";
import { LastTen } from "./triage_rail";
import { useConsole } from "./use_console";

const FETCHED = 60;
const ROUND = 20;
/** With fewer than this left, the next ones are fetched. */
const LOW = 12;

export function TriagePage() {
  const { ask, account } = useConsole();
  const entries = useEntries(whichStand);
  const asked = ask.triage(account.handle, FETCHED);
  const queue = useQuery(asked, { keep: true });
  const settled = settledUsers(entries);
  const left = (queue.data ?? []).filter(({ user }) => !settled.has(user.id));
  const isMore = (queue.data?.length ?? 0) >= FETCHED;
  return (
    <>
      <h1 class="sr">{words.triage.title}</h1>
      {isMore && left.length < LOW && <Refill left={left.length} isFetching={queue.isFetching} refetch={queue.refetch} />}
      <States of={queue} rows={6}>
        {() => {
          if (left.length === 0 && queue.error) return <Failure error={queue.error} again={() => void queue.refetch()} />;
          return left.length === 0 && !isMore && !queue.isFetching ? <NothingLeft /> : <Round queue={left} isMore={isMore && !queue.error} />;
        }}
      </States>
    </>
  );
}

/** Fetches the next ones: those decided here are gone from the server's list when they are confirmed. */
function Refill({ left, isFetching, refetch }: { left: number; isFetching: boolean; refetch: () => unknown }) {
  const unsent = useEntriesLater().filter(isPending).length;
  const asked = useRef("");
  useEffect(() => {
    const now = `${left} ${unsent}`;
    if (isFetching || asked.current === now) return;
    asked.current = now;
    void refetch();
  }, [left, unsent, isFetching]);
  return null;
}

function NothingLeft() {
  return (
    <div class="triage">
      <Empty title={words.triage.done} why={words.triage.doneWhy}><p><a href={hashOf("overview")}>{words.triage.stop}</a></p></Empty>
      <LastTen left={0} />
    </div>
  );
}

/** @param isMore  others are on their way */
function Round({ queue, isMore }: { queue: TriageItem[]; isMore: boolean }) {
  const { outbox, formats, ask, account } = useConsole();
  const [seen] = useState(() => new Set<number>());
  const returning = useReturning(queue, seen);
  const { cards } = returning;
  const [begun] = useState(() => Date.now());
  const [goal, setGoal] = useState(ROUND);
  const summary = useQuery(ask.summary(account.handle));
  const judged = judgedSince(outbox.entries, begun);
  const done = judged + returning.answers.length;
  const { index, current, move } = usePlace(cards, settledUsers(outbox.entries).size + returning.answers.length);
  if (current) seen.add(current.user.id);
  const progress = <Progress label={words.triage.title} done={done} of={goal} />;
  if (!current && isMore && done < goal) return <>{progress}<Skeleton rows={6} /></>;
  if (done >= goal || !current) {
    const isEnough = (summary.data?.next[1]?.expected_harmful ?? 1) < 1;
    return (
      <>
        {progress}
        <div class="triage">
          <Empty title={isEnough ? words.triage.enough : words.triage.roundOver} why={`${words.triage.round(done, formats.count(done))} ${summary.data?.text ?? ""}`}>
            <p class="row center">
              <a class="go" href={hashOf("overview")}>{words.triage.stop}</a>
              <button type="button" onClick={() => setGoal(done + ROUND)}>{words.triage.more}</button>
            </p>
          </Empty>
          <div class="stack"><OpenQuestions of={returning} /><LastTen left={0} /></div>
        </div>
      </>
    );
  }
  return (
    <>
      {progress}
      <div class="triage">
        <Desk cards={cards} index={index} onAgain={(choice, note) => returning.answer(current, choice, note)} onNext={() => move(1)} onPrevious={() => move(-1)} />
        <div class="stack"><OpenQuestions of={returning} /><LastTen left={goal - done} text={summary.data?.text} /></div>
      </div>
    </>
  );
}

interface DeskProps {
  cards: Card[];
  index: number;
  /** The verdict on one who came back. */
  onAgain: (choice: Choice, note: string) => void;
  onNext: () => void;
  onPrevious: () => void;
}

/** The card, and what can be done with it. */
function Desk({ cards, index, onAgain, onNext, onPrevious }: DeskProps) {
  const decide = useDecide();
  const [writing, setWriting] = useState(false);
  const item = cards[index]!;
  const { user } = item;
  const subject = subjectOf(item);
  const note = decide.noteOf(subject);
  const judge = (choice: Choice) => void (item.earlier ? onAgain(choice, note) : decide.judge(subject, choice));
  const commands = {
    harmful: () => judge("harmful"), inactive: () => judge("inactive"), sane: () => judge("sane"),
    later: () => void (item.earlier ? onNext() : decide.later(subject)),
    note: () => setWriting(true), block: () => decide.record(subject, "block"), mute: () => decide.record(subject, "mute"),
    basket: () => decide.toggleBasket(user.id), next: onNext, previous: onPrevious, open: () => void (location.hash = hashOf(`users/${user.id}`)),
  };
  useKeys(commands);
  const latest = useRef(commands);
  latest.current = commands;
  const [act] = useState(() => (id: keyof typeof commands) => latest.current[id]());
  const swipe = useSwipe(() => judge("harmful"), () => judge("sane"));
  return (
    <article aria-label={words.triage.card}>
      <div class="swiped" {...swipe}><Deck cards={cards} index={index} noteOf={(card) => decide.noteOf(subjectOf(card))} /></div>
      <Buttons act={act} />
      <Announcement of={user} />
      {writing && <NoteDialog text={note} onSave={(text) => decide.setNote(subject, text)} onClose={() => setWriting(false)} />}
    </article>
  );
}

/** For readers of screens: who is next. */
function Announcement({ of: { id, handle } }: { of: Card["user"] }) {
  const [text, setText] = useState("");
  useEffect(() => whenIdle(() => setText(words.triage.announce(handle ?? String(id)))), [id]);
  return <p class="sr" role="status">{text}</p>;
}

const subjectOf = ({ user, sampled }: Card): Subject => ({ user, before: null, sampled });

type Extra = "note" | "block" | "mute" | "basket";
const EXTRAS = [["note", words.triage.note], ["block", words.triage.recordBlock], ["mute", words.triage.recordMute], ["basket", words.basket.add]] as const;

const Buttons = memo(({ act }: { act: (id: Choice | "later" | Extra) => void }) => (
  <div class="below">
    <VerdictKeys onChoice={act} onLater={() => act("later")} />
    <ExtraKeys rows={EXTRAS.map(([id, text]) => [id, text, () => act(id)])} />
    <p class="note touch">{words.triage.swipe}</p>
  </div>
));
