/** Anything that tells when it has changed, as a hook. */
import { useEffect, useReducer } from "preact/hooks";

export function useStore(store: { subscribe(listener: () => void): () => void } | null): void {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => store?.subscribe(() => draw(null as never)), [store]);
}
