/**
 * The card that is shown, and those that come next: fetched, drawn and laid out already, but out of sight. A key only changes
 * which one is to be seen; the next one is made ready when that is painted.
 */
import { useContext, useLayoutEffect, useState } from "preact/hooks";
import type { Card } from "../model/again";
import { afterPaint, whenIdle } from "../ui/after_paint";
import { QueryContext, useQuery } from "../ui/query";
import { asksOf, TriageCard } from "./triage_card";
import { useConsole } from "./use_console";

/** So many are drawn ahead, for who makes up their mind at once. */
const DRAWN = 3;
/** So many are fetched ahead: what comes later would have to be drawn again. */
const FETCHED = 6;

interface DeckProps {
  cards: readonly Card[];
  index: number;
  noteOf: (card: Card) => string;
}

const idsOf = (cards: readonly Card[]) => cards.map(({ user }) => user.id);

export function Deck({ cards, index, noteOf }: DeckProps) {
  const { ask, account } = useConsole();
  const waves = useQuery(ask.cohorts(account.handle));
  const upcoming = cards.slice(index, index + 1 + FETCHED);
  const isFetched = useFetched(idsOf(upcoming));
  const [ready, setReady] = useState<readonly Card[]>([]);
  const current = cards[index]!;
  const drawn = ready.some(({ user }) => user.id === current.user.id) ? ready : [current, ...ready];
  const wanted = upcoming.slice(0, 1 + DRAWN);
  const kept = drawn.filter(({ user }) => idsOf(wanted).includes(user.id));
  const next = wanted.find(({ user }) => !idsOf(kept).includes(user.id));
  const change = kept.length < drawn.length || (next && isFetched(next.user.id)) ? idsOf(next ? [...kept, next] : kept).join() : "";
  useLayoutEffect(() => {
    let isOver = false;
    if (change) afterPaint(() => isOver || setReady(next && isFetched(next.user.id) ? [...kept, next] : kept));
    return () => void (isOver = true);
  }, [change]);
  return (
    <>
      {drawn.map((card) => {
        const item = cards.find(({ user }) => user.id === card.user.id) ?? card;
        const isShown = item.user.id === current.user.id;
        return <div key={item.user.id} class={isShown ? "place subject" : "place"}><TriageCard item={item} note={noteOf(item)} waves={waves.data} /></div>;
      })}
    </>
  );
}

/** Fetches what the cards of these users ask. @return whether that of one has come, or will not */
function useFetched(userIds: readonly number[]): (userId: number) => boolean {
  const { ask } = useConsole();
  const client = useContext(QueryContext);
  const [fetched] = useState(() => new Map<number, boolean>());
  const [, setCount] = useState(0);
  const fetch = async (id: number) => {
    const { signals, posts } = asksOf(ask, id);
    await Promise.all([client.prefetchQuery(signals as never), client.prefetchQuery(posts as never)]);
    fetched.set(id, true);
    setCount((n) => n + 1);
  };
  useLayoutEffect(() => {
    const wanted = userIds.filter((id) => !fetched.has(id));
    for (const id of wanted) fetched.set(id, false);
    if (wanted.length > 0) whenIdle(() => wanted.forEach((id) => void fetch(id)));
  }, [userIds.join()]);
  return (userId) => fetched.get(userId) ?? false;
}
