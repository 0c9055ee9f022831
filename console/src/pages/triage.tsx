/** Triage: one user, one key, the next. What a key does is in model/keymap; what a verdict is, in model/verdict. */
import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Card } from "../model/again";
import { settledUsers } from "../model/outbox";
import { hashOf } from "../model/place";
import type { TriageItem } from "../model/types";
import { SIGNS, type Choice } from "../model/verdict";
import { titlesOf } from "../model/why";
import { words } from "../model/words";
import { ExtraKeys } from "../ui/extra_keys";
import { useKeys } from "../ui/keys";
import { NoteDialog } from "../ui/note";
import { Tag } from "../ui/parts";
import { QueryContext, useQuery } from "../ui/query";
import { Empty, States } from "../ui/states";
import { useSwipe } from "../ui/swipe";
import { Posts, UserHead, Why } from "../ui/user_card";
import { VerdictKeys } from "../ui/verdict_keys";
import { useDecide, type Subject } from "./decide";
import { OpenQuestions, useReturning } from "./triage_again";
import { usePlace } from "./triage_place";
import { LastTen } from "./triage_rail";
import { useConsole } from "./use_console";

const FETCHED = 60;
const ROUND = 20;
/** With fewer than this left, the next ones are fetched. */
const LOW = 12;
const AHEAD = 3;
const POSTS = 12;

export function TriagePage() {
  const { ask, account, outbox } = useConsole();
  const asked = ask.triage(account.handle, FETCHED);
  const queue = useQuery(asked, { keep: true });
  const settled = settledUsers(outbox.entries);
  const left = (queue.data ?? []).filter(({ user }) => !settled.has(user.id));
  useEffect(() => {
    // What was decided here is gone from the server's list by the time it is confirmed.
    const isShort = left.length < LOW && (queue.data?.length ?? 0) >= FETCHED;
    if (isShort && !queue.isFetching) void queue.refetch();
  }, [left.length]);
  return (
    <>
      <h1 class="sr">{words.triage.title}</h1>
      <States of={queue} rows={6}>
        {() => (left.length === 0 && !queue.isFetching ? <NothingLeft /> : <Round queue={left} />)}
      </States>
    </>
  );
}

function NothingLeft() {
  return (
    <div class="triage">
      <Empty title={words.triage.done} why={words.triage.doneWhy}><p><a href={hashOf("overview")}>{words.triage.stop}</a></p></Empty>
      <LastTen left={0} />
    </div>
  );
}

function Round({ queue }: { queue: TriageItem[] }) {
  const { outbox, formats, ask, account } = useConsole();
  const [seen] = useState(() => new Set<number>());
  const returning = useReturning(queue, seen);
  const { cards } = returning;
  const [begun] = useState(() => Date.now());
  const [goal, setGoal] = useState(ROUND);
  const summary = useQuery(ask.summary(account.handle));
  const judged = outbox.entries.filter((entry) => entry.at >= begun && entry.work.kind === "verdict" && entry.state !== "taken back" && entry.state !== "failed").length;
  const done = judged + returning.answers.length;
  const { index, current, move } = usePlace(cards, settledUsers(outbox.entries).size + returning.answers.length);
  if (current) seen.add(current.user.id);
  const progress = (
    <>
      <div class="progress" role="progressbar" aria-label={words.triage.title} aria-valuemin={0} aria-valuenow={Math.min(done, goal)} aria-valuemax={goal}>
        <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><rect width={Math.min(100, (100 * done) / goal)} height="4" /></svg>
      </div>
    </>
  );
  if (done >= goal || !current) {
    return (
      <>
        {progress}
        <div class="triage">
          <Empty title={words.triage.enough} why={`${words.triage.round(formats.count(done))} ${summary.data?.text ?? ""}`}>
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
        <Current key={current.user.id} item={current} upcoming={cards.slice(index + 1, index + 1 + AHEAD)} onAgain={(choice, note) => returning.answer(current, choice, note)} onNext={() => move(1)} onPrevious={() => move(-1)} />
        <div class="stack"><OpenQuestions of={returning} /><LastTen left={goal - done} text={summary.data?.text} /></div>
      </div>
    </>
  );
}

interface CurrentProps {
  item: Card;
  upcoming: Card[];
  /** The verdict on one who came back. */
  onAgain: (choice: Choice, note: string) => void;
  onNext: () => void;
  onPrevious: () => void;
}

function Current({ item, upcoming, onAgain, onNext, onPrevious }: CurrentProps) {
  const { ask, formats, basket, preferences, account } = useConsole();
  const client = useContext(QueryContext);
  const decide = useDecide();
  const [writing, setWriting] = useState(false);
  const card = useRef<HTMLDivElement>(null);
  const { user, sampled, rank } = item;
  const signals = useQuery(ask.signals(user.id));
  const rules = useQuery(ask.rules(), { enabled: item.earlier !== undefined });
  const follows = words.triage.follows(formats.count(user.following_count), formats.count(user.followers_count));
  const reasons = item.earlier ? titlesOf(signals.data, rules.data, follows, words.triage.nothingFires) : item.reasons;
  const posts = useQuery(ask.posts(user.id, POSTS));
  const cohorts = useQuery(ask.cohorts(account.handle));
  const subject: Subject = useMemo(() => ({ user, before: null, sampled }), [user.id]);
  useEffect(() => {
    for (const next of upcoming) {
      void client.prefetchQuery(ask.signals(next.user.id) as never);
      void client.prefetchQuery(ask.posts(next.user.id, POSTS) as never);
    }
  }, [user.id]);
  useEffect(() => card.current?.scrollTo(0, 0), [user.id]);
  const note = decide.noteOf(subject);
  const judge = (choice: Choice) => void (item.earlier ? onAgain(choice, note) : decide.judge(subject, choice));
  const later = () => void (item.earlier ? onNext() : decide.later(subject));
  useKeys({
    harmful: () => judge("harmful"), inactive: () => judge("inactive"), sane: () => judge("sane"), later,
    note: () => setWriting(true), block: () => decide.record(subject, "block"), mute: () => decide.record(subject, "mute"),
    basket: () => decide.toggleBasket(user.id), next: onNext, previous: onPrevious, open: () => void (location.hash = hashOf(`users/${user.id}`)),
  });
  const swipe = useSwipe(() => judge("harmful"), () => judge("sane"));
  const waves = cohorts.data?.filter(({ members }) => members.includes(user.id)) ?? [];
  const others = (user as { same_person?: number[] }).same_person ?? [];
  const badge = (
    <span class="badges">
      {rank !== null && rank >= 0.5 && <Tag tone={rank >= 0.9 ? "harmful" : "plain"}>{rank >= 0.9 ? `${SIGNS.harmful} ` : ""}{words.triage.top(formats.percent(Math.max(0.001, 1 - rank), rank > 0.99 ? 1 : 0))}</Tag>}
      {sampled && <Tag tone="accent" title={words.triage.randomWhy}>{words.triage.random}</Tag>}
      {basket.includes(user.id) && <Tag tone="accent">{words.basket.added}</Tag>}
    </span>
  );
  return (
    <article aria-label={words.triage.card} {...swipe}>
      <div class={`card subject ${preferences.density}`} ref={card}>
        <UserHead user={user} formats={formats} badge={badge}>
          {(waves.length > 0 || others.length > 0) && (
            <p class="facts links">
              {waves.map((wave) => <a key={wave.id} href={hashOf(`waves/${wave.id}`)}>≈ {words.triage.cohort}: {formats.count(wave.size)}</a>)}
              {others.map((id, i) => <a key={id} href={hashOf(`users/${id}`)}>{i === 0 ? words.triage.other(others.length) : `#${id}`}</a>)}
            </p>
          )}
        </UserHead>
        <h2>{words.triage.why}</h2>
        <Why texts={reasons} signals={signals.data} />
        {note && <p class="written" dir="auto">{note}</p>}
        <h2>{words.triage.posts}</h2>
        <States of={posts} rows={2}>{({ results }) => <Posts posts={results} formats={formats} />}</States>
      </div>
      <div class="below">
        <VerdictKeys onChoice={judge} onLater={later} />
        <Extras decide={decide} subject={subject} onNote={() => setWriting(true)} />
      </div>
      {writing && <NoteDialog text={note} onSave={(text) => decide.setNote(subject, text)} onClose={() => setWriting(false)} />}
    </article>
  );
}

function Extras({ decide, subject, onNote }: { decide: ReturnType<typeof useDecide>; subject: Subject; onNote: () => void }) {
  const rows = [
    ["note", words.triage.note, onNote],
    ["block", words.triage.recordBlock, () => decide.record(subject, "block")],
    ["mute", words.triage.recordMute, () => decide.record(subject, "mute")],
    ["basket", words.basket.added, () => decide.toggleBasket(subject.user.id)],
  ] as const;
  return <ExtraKeys rows={rows} />;
}
