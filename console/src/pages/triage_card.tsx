/** One user of triage: who it is, why, and what they posted. */
import { useEffect, useRef } from "preact/hooks";
import type { Asks } from "../api/queries";
import type { Card } from "../model/again";
import { hashOf } from "../model/place";
import type { Cohort } from "../model/types";
import { SIGNS } from "../model/verdict";
import { words } from "../model/words";
import { afterPaint } from "../ui/after_paint";
import { memo } from "../ui/memo";
import { Tag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { States } from "../ui/states";
import { Posts, UserHead, Why } from "../ui/user_card";
import { useConsole } from "./use_console";

const POSTS = 12;

/** What a card asks the server. */
export const asksOf = (ask: Asks, userId: number) => ({ signals: ask.signals(userId), posts: ask.posts(userId, POSTS) });

interface CardProps {
  item: Card;
  note: string;
  waves: readonly Cohort[] | undefined;
}

export const TriageCard = memo(({ item, note, waves }: CardProps) => {
  const { ask, formats, basket } = useConsole();
  const { user, sampled, rank } = item;
  const asked = asksOf(ask, user.id);
  const signals = useQuery(asked.signals);
  const reasons = item.earlier ? (signals.data?.reasons ?? []) : item.reasons;
  const posts = useQuery(asked.posts);
  const box = useRef<HTMLDivElement>(null);
  // Asking for its size lays it out, also out of sight.
  useEffect(() => afterPaint(() => void box.current?.getBoundingClientRect()));
  const own = waves?.filter(({ members }) => members.includes(user.id)) ?? [];
  const others = (user as { same_person?: number[] }).same_person ?? [];
  const badge = (
    <span class="badges">
      {rank !== null && rank >= 0.5 && <Tag tone={rank >= 0.9 ? "harmful" : "plain"}>{rank >= 0.9 ? `${SIGNS.harmful} ` : ""}{words.triage.top(formats.percent(Math.max(0.001, 1 - rank), rank > 0.99 ? 1 : 0))}</Tag>}
      {sampled && <Tag tone="accent" title={words.triage.randomWhy}>{words.triage.random}</Tag>}
      {basket.includes(user.id) && <Tag tone="accent">{words.basket.added}</Tag>}
    </span>
  );
  return (
    <div class="card profile" ref={box}>
      <UserHead user={user} formats={formats} badge={badge}>
        {(own.length > 0 || others.length > 0) && (
          <p class="facts links">
            {own.map((wave) => <a key={wave.id} href={hashOf(`waves/${wave.id}`)}>≈ {words.triage.cohort(formats.count(wave.size))}</a>)}
            {others.map((id, i) => <a key={id} href={hashOf(`users/${id}`)}>{i === 0 ? words.triage.other(others.length) : `#${id}`}</a>)}
          </p>
        )}
      </UserHead>
      <h2>{words.triage.why}</h2>
      <Why texts={reasons} signals={signals.data} formats={formats} />
      {note && <p class="written" dir="auto">{note}</p>}
      <h2>{words.triage.posts}</h2>
      <States of={posts} rows={2}>{({ results }) => <Posts posts={results} formats={formats} />}</States>
    </div>
  );
});
