/** A page whose code is fetched when it is first opened. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { offlineFailure } from "../api/failure";
import { whenIdle } from "../ui/after_paint";
import { Failure, Skeleton } from "../ui/states";

const unfetched = new Set<() => Promise<unknown>>();

/** All pages, once there is nothing else to do: one that is first opened in a tunnel is there. */
export function fetchPages(): void {
  for (const load of unfetched) whenIdle(() => void load().catch(() => undefined)); // that page says so when it is opened
  unfetched.clear();
}

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  unfetched.add(load);
  return function Lazy(props: P) {
    const [state, setState] = useState<{ page: ComponentType<P> | null; error: Error | null }>({ page: known, error: null });
    const fetchIt = () => {
      load().then((page) => ((known = page), setState({ page, error: null })), (error: Error) => setState({ page: null, error }));
    };
    useEffect(() => void (known ?? fetchIt()), []);
    if (state.error) return <Failure error={offlineFailure()} again={() => navigator.onLine && location.reload()} />;
    return state.page ? <state.page {...props} /> : <Skeleton />;
  };
}
