/** Anything that tells when it has changed, as a hook. */
import { useLayoutEffect, useReducer } from "preact/hooks";

export interface Store {
  subscribe(listener: () => void): () => void;
}

export function useStore(store: Store | null): void {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  // In the same breath as what it draws: no change comes in between.
  useLayoutEffect(() => store?.subscribe(() => draw(null as never)), [store]);
}
