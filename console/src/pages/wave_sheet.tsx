/** One wave: its members side by side. Leave some out, judge the rest; a large one asks for ten drawn at random first. */
import { useState } from "preact/hooks";
import { WAVE_SHOWN } from "../api/queries";
import { shownVerdict } from "../model/outbox";
import { hashOf } from "../model/place";
import type { Cohort, UserDetail } from "../model/types";
import { CHOICES, SIGNS, type Choice } from "../model/verdict";
import { words } from "../model/words";
import { drawn, lowerBound, partsOf } from "../model/waves";
import { useEntries } from "../ui/console";
import { useKeys } from "../ui/keys";
import { Foreign, Handle, Tag, VerdictTag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { States } from "../ui/states";
import { useDecide } from "./decide";
import { useConsole } from "./use_console";

/** From this size on, a sample comes first. */
const LARGE = 100;
const SAMPLE = 10;

export function Sheet({ wave }: { wave: Cohort }) {
  const { ask, formats } = useConsole();
  const members = useQuery(ask.wave(wave.id), { keep: true });
  const { month, shared } = partsOf(wave.key);
  return (
    <>
      <div class="head">
        <div>
          <p class="note"><a href={hashOf("waves")}>← {words.waves.back}</a></p>
          <h1>{formats.month(month)} <Tag>{formats.count(wave.size)}</Tag></h1>
          <p>{words.waves.kind[wave.kind]}: <Foreign>{shared}</Foreign> · {words.waves.expected.toLowerCase()}: {formats.decimal(wave.expected, 1)}</p>
        </div>
      </div>
      <States of={members} rows={8}>{({ results }) => <Members users={results} size={wave.size} />}</States>
    </>
  );
}

/** @param size  of the wave, of which the users may be a part */
function Members({ users, size }: { users: UserDetail[]; size: number }) {
  const { formats } = useConsole();
  const entries = useEntries();
  const decide = useDecide();
  const [out, setOut] = useState<ReadonlySet<number>>(new Set());
  const [place, setPlace] = useState({ inSample: false, at: -1 });
  const verdictOf = (user: UserDetail) => {
    const pending = shownVerdict(entries, user.id);
    return pending === undefined ? (user.classification ?? null) : pending;
  };
  const sample = users.length > LARGE ? drawn(users, SAMPLE) : [];
  const sampleLeft = sample.filter((user) => !verdictOf(user));
  const bound = sample.length > 0 && sampleLeft.length === 0 ? lowerBound(sample.filter((user) => verdictOf(user)?.harmful).length, sample.length) : null;
  const rest = users.filter((user) => !out.has(user.id) && !verdictOf(user));
  const inSample = sampleLeft.length > 0;
  const shown = inSample ? sample : users;
  const at = place.inSample === inSample ? place.at : -1; // where others are shown, the next key must hit none of them
  const isPart = users.length >= WAVE_SHOWN && size > users.length;
  const toggle = (id: number) => {
    const next = new Set(out);
    if (!next.delete(id)) next.add(id);
    setOut(next);
  };
  const move = (step: number) => {
    const next = Math.max(0, Math.min(shown.length - 1, at + step));
    setPlace({ inSample, at: next });
    document.getElementById(`member-${shown[next]?.id}`)?.scrollIntoView({ block: "nearest" });
  };
  const one = (choice: Choice) => {
    const user = shown[at];
    if (user) decide.judge({ user, before: verdictOf(user) }, choice);
  };
  useKeys({
    next: () => move(1), previous: () => move(-1), select: () => shown[at] && toggle(shown[at].id),
    open: () => shown[at] && void (location.hash = hashOf(`users/${shown[at].id}`)),
    harmful: () => one("harmful"), inactive: () => one("inactive"), sane: () => one("sane"),
  });
  return (
    <>
      <div class="bulk" role="group" aria-label={words.people.apply}>
        {isPart && <span class="note">{words.waves.first(formats.count(users.length), formats.count(size))}</span>}
        {inSample ? <span><b>{words.waves.sampleFirst}.</b> {words.waves.sampleWhy}</span> : (
          <>
            <span>{words.waves.judgeRest(rest.length, formats.count(rest.length))}:</span>
            {CHOICES.map((choice) => (
              <button key={choice} type="button" disabled={rest.length === 0} onClick={() => void decide.judgeMany(rest.map(({ id }) => id), choice)}>{SIGNS[choice]} {words.verdict[choice]}</button>
            ))}
            <span class="note">{bound !== null ? (isPart ? words.waves.boundShown : words.waves.bound)(formats.percent(bound, 0), formats.percent(0.95, 0)) : words.waves.confirm}</span>
          </>
        )}
      </div>
      <ul class="sheet">
        {shown.map((user, i) => (
          <li key={user.id} id={`member-${user.id}`} class={`card ${out.has(user.id) ? "out" : ""} ${i === at ? "at" : ""}`}>
            <div class="row"><a href={hashOf(`users/${user.id}`)}><Handle>{user.handle}</Handle></a><VerdictTag verdict={verdictOf(user)} /></div>
            <Foreign class="soft clip">{user.username}</Foreign>
            <p class="bio" dir="auto">{user.bio}</p>
            <p class="note">{formats.short(user.following_count)} {words.triage.following} · {formats.short(user.followers_count)} {words.triage.followers}</p>
            <div class="row">
              <span>
                {CHOICES.map((choice) => (
                  <button key={choice} type="button" class="bare" aria-label={`@${user.handle}: ${words.verdict[choice]}`} title={words.verdict[choice]} onClick={() => void decide.judge({ user, before: verdictOf(user) }, choice)}>{SIGNS[choice]}</button>
                ))}
              </span>
              {!verdictOf(user) && <button type="button" class="bare" aria-pressed={out.has(user.id)} onClick={() => toggle(user.id)}>{out.has(user.id) ? words.waves.include : words.waves.exclude}</button>}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
