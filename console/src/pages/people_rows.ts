/** Rows of a long list: the blocks in sight are asked for, and read again when they have become old; the count never holds them up. */
import { useContext, useRef, useState } from "preact/hooks";
import { BLOCK, blocksOf, lengthOf } from "../model/blocks";
import type { Page, UserDetail } from "../model/types";
import { QueryContext, useQuery } from "../ui/query";
import { useConsole } from "./use_console";

export type PersonRow = UserDetail & { risk?: number | null; rank?: number | null };

/** Rows of the lowest height on the highest screen are no more blocks. */
const MOST_IN_SIGHT = 3;
const FIELDS = "id,account_id,handle,username,bio,created_at,following_count,followers_count,featured_url,follower,risk,rank,classification";

/** @param at  the row that somebody is at */
export function useRows(params: Record<string, string>, at: number) {
  const { ask } = useConsole();
  const client = useContext(QueryContext);
  const key = JSON.stringify(params);
  // Old rows are shown until the new ones are there.
  const kept = useRef({ key, rows: new Map<number, PersonRow[]>() });
  if (kept.current.key !== key) kept.current = { key, rows: new Map() };
  const { rows } = kept.current;
  const [seen, setSeen] = useState({ key, first: 0, last: 0 });
  const sight = seen.key === key ? seen : { key, first: 0, last: 0 };
  const block = (n: number) => ask.users({ ...params, fields: FIELDS, limit: BLOCK, offset: n * BLOCK, count: "none" });
  const counted = useQuery(ask.users({ ...params, limit: 1, fields: "id" }));
  const first = useQuery(block(0), { keep: true });
  const inSight = Array.from({ length: MOST_IN_SIGHT }, (_, i) => {
    const n = sight.first + i;
    const isAsked = n > 0 && n <= sight.last;
    return { n, isAsked, answer: useQuery(block(n), { enabled: isAsked }) };
  });
  const asked = [{ n: 0, answer: first }, ...inSight.filter(({ isAsked }) => isAsked)];
  for (const { n, answer } of asked) if (answer.data && !answer.isPlaceholderData) rows.set(n, answer.data.results);
  const failed = asked.map(({ answer }) => answer).filter(({ error, fetchStatus }) => error && fetchStatus === "idle");
  const count = counted.data?.count ?? null;
  const isUncounted = count === null && counted.error !== null && counted.fetchStatus === "idle";
  return {
    first, count, isUncounted,
    error: failed[0]?.error ?? null,
    again: () => [...failed, ...(isUncounted ? [counted] : [])].forEach(({ refetch }) => void refetch()),
    length: lengthOf(count, rows, at),
    show: (from: number, to: number) => {
      const next = { key, ...blocksOf(from, to) };
      if (next.first !== sight.first || next.last !== sight.last) setSeen(next);
    },
    rowAt: (index: number): PersonRow | null => rows.get(Math.floor(index / BLOCK))?.[index % BLOCK] ?? null,
    /** Those in sight as they are shown, others as they are now. */
    idsBetween: async (from: number, to: number): Promise<number[]> => {
      const blocks = blocksOf(from, to + 1);
      const ids: number[] = [];
      for (let n = blocks.first; n <= blocks.last; n++) {
        const shown = n >= sight.first && n <= sight.last ? rows.get(n) : undefined;
        const users = shown ?? (await client.fetchQuery<Page<UserDetail>>(block(n) as never)).results;
        users.forEach(({ id }, i) => n * BLOCK + i >= from && n * BLOCK + i <= to && ids.push(id));
      }
      return ids;
    },
  };
}
