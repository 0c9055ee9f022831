/** Now and then a judged user comes back unmarked: how often does an operator agree with an earlier verdict? */
import { shiftDay, type Agreement } from "./preferences";
import type { TriageItem, UserDetail, Verdict } from "./types";

/** One card in so many. */
export const ONE_IN = 20;
/** So old a verdict is at least, in days: younger ones are remembered. */
const FORGOTTEN = 7;
/** How many of those who came back are remembered, so that nobody comes twice in a row. */
const REMEMBERED = 200;

export type Judged = UserDetail & { risk?: number | null; rank?: number | null };
/** A card of triage; of a user who came back, with the earlier verdict, which it must not show. */
export type Card = TriageItem & { earlier?: Verdict };

/** A number by chance, the same for everybody all day. */
export function chance(id: number, day: string): number {
  let hash = 0x811c9dc5 ^ id; // FNV-1a, then mixed
  for (const letter of day) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Whether somebody comes back before this card. */
export function comesBefore(id: number, day: string): boolean {
  return chance(id, day) % ONE_IN === 0;
}

/** Whose verdict is old enough and who was not asked about lately, in an order by chance. */
export function candidatesOf(judged: readonly Judged[], asked: readonly number[], day: string): Card[] {
  const before = shiftDay(day, -FORGOTTEN);
  return judged
    .filter(({ id, classification }) => classification?.classified_at && classification.classified_at.slice(0, 10) <= before && !asked.includes(id))
    .sort((a, b) => chance(a.id, day) - chance(b.id, day))
    .map(({ classification, risk, rank, ...user }) => ({ user: user as never, risk: risk ?? null, rank: rank ?? null, reasons: [], gain: 0, sampled: false, earlier: classification! }));
}

/** @param spent  cards before which somebody has come back already */
export function withReturning(queue: readonly Card[], returning: readonly Card[], day: string, spent: ReadonlySet<number>): Card[] {
  const left = [...returning];
  return queue.flatMap((card) => {
    const back = comesBefore(card.user.id, day) && !spent.has(card.user.id) ? left.shift() : undefined;
    return back ? [back, card] : [card];
  });
}

/** One more answer, or with -1 one less. */
export function counted(agreement: Agreement, userId: number, agrees: boolean, step: 1 | -1): Agreement {
  const others = agreement.asked.filter((id) => id !== userId);
  return {
    ...agreement, total: agreement.total + step, agreed: agreement.agreed + (agrees ? step : 0),
    asked: step > 0 ? [...others, userId].slice(-REMEMBERED) : others,
  };
}
