/** query-core's observers as a hook. */
import { QueryClient, QueryObserver, type QueryObserverOptions, type QueryObserverResult } from "@tanstack/query-core";
import { createContext } from "preact";
import { useContext, useEffect, useReducer, useState } from "preact/hooks";

export const QueryContext = createContext<QueryClient>(null as unknown as QueryClient);

export interface Asked<T> {
  queryKey: readonly unknown[];
  queryFn: (context: { signal: AbortSignal }) => Promise<T>;
  staleTime?: number;
}

export interface QueryMore {
  enabled?: boolean;
  /** Show the answer before while the next one is fetched. */
  keep?: boolean;
  every?: number | false;
}

export function useQuery<T>(asked: Asked<T>, more: QueryMore = {}): QueryObserverResult<T, Error> {
  const client = useContext(QueryContext);
  const options: QueryObserverOptions<T, Error> = {
    ...asked,
    enabled: more.enabled ?? true,
    refetchInterval: more.every ?? false,
    ...(more.keep ? { placeholderData: (previous: T | undefined) => previous } : {}),
  } as QueryObserverOptions<T, Error>;
  const [observer] = useState(() => new QueryObserver<T, Error>(client, options));
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => observer.subscribe(() => draw(null as never)), [observer]);
  useEffect(() => observer.setOptions(options), [observer, JSON.stringify(asked.queryKey), more.enabled, more.every]);
  return observer.getOptimisticResult(client.defaultQueryOptions(options) as never);
}
