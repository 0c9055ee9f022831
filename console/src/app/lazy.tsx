/** A page whose code is fetched when it is first opened. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Failure, Skeleton } from "../ui/states";

export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  let known: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [state, setState] = useState<{ page: ComponentType<P> | null; error: Error | null }>({ page: known, error: null });
    const fetchIt = () => {
      load().then((page) => ((known = page), setState({ page, error: null })), (error: Error) => setState({ page: null, error }));
    };
    useEffect(() => void (known ?? fetchIt()), []);
    if (state.error) return <Failure error={state.error} again={() => location.reload()} />;
    return state.page ? <state.page {...props} /> : <Skeleton />;
  };
}
