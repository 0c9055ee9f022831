/** Which card is shown. It stays, whatever else is fetched meanwhile: a key is meant for the card that was read. */
import { useReducer, useRef } from "preact/hooks";
import type { Card } from "../model/again";

/** @param settled  how many are decided: when one is taken back, its card stands there again */
export function usePlace(cards: readonly Card[], settled: number) {
  const shown = useRef<number | null>(null);
  const last = useRef({ index: 0, settled });
  const [, draw] = useReducer((n: number) => n + 1, 0);
  if (settled < last.current.settled) shown.current = null;
  const kept = cards.findIndex(({ user }) => user.id === shown.current);
  const index = kept >= 0 ? kept : Math.max(0, Math.min(last.current.index, cards.length - 1));
  shown.current = cards[index]?.user.id ?? null;
  last.current = { index, settled };
  const move = (step: number) => {
    last.current.index = Math.max(0, Math.min(index + step, cards.length - 1));
    shown.current = cards[last.current.index]?.user.id ?? null;
    draw(null as never);
  };
  return { index, current: cards[index], move };
}
