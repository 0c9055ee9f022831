/** A list that is read page by page, as far back as somebody wants. All pages read are shown, and read again when they are old. */
import { InfiniteQueryObserver, type InfiniteQueryObserverOptions, type InfiniteQueryObserverResult } from "@tanstack/query-core";
import { useContext, useEffect, useReducer, useState } from "preact/hooks";
import { cursorOf } from "../model/cursor";
import { words } from "../model/words";
import { QueryContext } from "./query";
import { Failure } from "./states";

interface CursorPage<Row> {
  next: string | null;
  results: Row[];
}

export interface AskedPages<Row> {
  queryKey: readonly unknown[];
  queryFn: (context: { signal: AbortSignal; pageParam: string | null }) => Promise<CursorPage<Row>>;
  staleTime?: number;
}

/** The rows of each page. */
type Pages<Row> = InfiniteQueryObserverResult<Row[][], Error>;

const getNextPageParam = ({ next }: CursorPage<unknown>) => cursorOf(next);
const select = ({ pages }: { pages: CursorPage<unknown>[] }) => pages.map(({ results }) => results);
const placeholderData = (previous: unknown) => previous;

export function usePages<Row>(asked: AskedPages<Row>, every: number | false = false): Pages<Row> {
  const client = useContext(QueryContext);
  const options = {
    ...asked, initialPageParam: null, getNextPageParam, select, placeholderData, refetchInterval: every,
  } as unknown as InfiniteQueryObserverOptions<CursorPage<Row>, Error, Row[][]>;
  const [observer] = useState(() => new InfiniteQueryObserver<CursorPage<Row>, Error, Row[][]>(client, options));
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => observer.subscribe(() => draw(null as never)), [observer]);
  useEffect(() => observer.setOptions(options), [observer, JSON.stringify(asked.queryKey), every]);
  return observer.getOptimisticResult(client.defaultQueryOptions(options) as never) as Pages<Row>;
}

/** At the end of the list: what comes next. */
export function More({ of }: { of: Pages<unknown> }) {
  const next = () => void of.fetchNextPage();
  if (of.isFetchNextPageError && !of.isFetching) return <Failure error={of.error} again={next} />;
  if (!of.hasNextPage) return null;
  return <p class="more"><button type="button" disabled={of.isFetchingNextPage} onClick={next}>{words.log.more}</button></p>;
}
