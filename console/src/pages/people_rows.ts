/** Rows of a long list, fetched in blocks as they come into sight; the count never holds them up. */
import { useContext, useEffect, useReducer, useRef } from "preact/hooks";
import type { UserDetail } from "../model/types";
import { QueryContext, useQuery } from "../ui/query";
import { useConsole } from "./use_console";

export type PersonRow = UserDetail & { risk?: number | null; rank?: number | null };

const BLOCK = 100;
const FIELDS = "id,account_id,handle,username,bio,created_at,following_count,followers_count,featured_url,follower,risk,rank,classification";

export function useRows(params: Record<string, string>) {
  const { ask } = useConsole();
  const client = useContext(QueryContext);
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const key = JSON.stringify(params);
  const blocks = useRef<{ key: string; rows: Map<number, PersonRow[]> }>({ key, rows: new Map() });
  const asking = useRef(new Set<string>());
  const counted = useQuery(ask.users({ ...params, limit: 1, fields: "id" }), { keep: false });
  const block = (n: number) => ask.users({ ...params, fields: FIELDS, limit: BLOCK, offset: n * BLOCK, count: "none" });
  const first = useQuery(block(0), { keep: true });
  if (blocks.current.key !== key) blocks.current = { key, rows: new Map() };
  const { rows } = blocks.current;
  if (first.data && !first.isPlaceholderData) rows.set(0, first.data.results as PersonRow[]);
  useEffect(() => void (first.dataUpdatedAt && first.isFetchedAfterMount && clearBut(rows, 0)), [first.dataUpdatedAt]);

  const load = async (n: number): Promise<PersonRow[]> => {
    const known = rows.get(n);
    if (known) return known;
    const { results } = await client.fetchQuery(block(n) as never) as { results: PersonRow[] };
    rows.set(n, results);
    return results;
  };
  const show = (from: number, to: number) => {
    for (let n = Math.floor(from / BLOCK); n <= Math.floor(Math.max(from, to - 1) / BLOCK); n++) {
      const name = `${key} ${n}`;
      if (rows.has(n) || asking.current.has(name)) continue;
      asking.current.add(name);
      void load(n).catch(() => undefined).finally(() => (asking.current.delete(name), draw(null as never)));
    }
  };
  const least = Math.max(0, ...[...rows].map(([n, list]) => n * BLOCK + list.length));
  return {
    first, show,
    count: counted.data?.count ?? null,
    length: counted.data?.count ?? least,
    rowAt: (index: number): PersonRow | null => rows.get(Math.floor(index / BLOCK))?.[index % BLOCK] ?? null,
    idsBetween: async (from: number, to: number): Promise<number[]> => {
      const ids: number[] = [];
      for (let n = Math.floor(from / BLOCK); n <= Math.floor(to / BLOCK); n++) (await load(n)).forEach(({ id }, i) => n * BLOCK + i >= from && n * BLOCK + i <= to && ids.push(id));
      return ids;
    },
  };
}

/** What was fetched before the first block was read again is as old as that. */
function clearBut(rows: Map<number, PersonRow[]>, kept: number): void {
  for (const n of [...rows.keys()]) if (n !== kept) rows.delete(n);
}
