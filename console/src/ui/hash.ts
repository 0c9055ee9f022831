/** The part of the address behind `#`, which the browser's Back and Forward move. */
import { useEffect, useState } from "preact/hooks";

export function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return hash;
}

/** Replaces the current entry of the history: for filters that change with every letter. */
export function replaceHash(hash: string): void {
  if (hash === location.hash) return;
  history.replaceState(null, "", hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
