/** Where one is in the list, and who is selected. Both are in the address, so Back brings them again. */
import { useEffect, useReducer, useRef } from "preact/hooks";
import { hashOf, parsePlace } from "../model/place";
import { selectionOf, textOf, NOBODY, type Selection } from "../model/selection";
import { replaceHash } from "../ui/hash";

interface Spot {
  /** The row; -1: none. */
  at: number;
  /** Where a range begins. */
  anchor: number;
  selection: Selection;
}

/** Browsers refuse to change the address more often than some ten times a second. */
const SETTLE_MS = 250;
/** More ids make the address too long: they are kept beside it. */
const MOST_IN_ADDRESS = 200;
const KEPT = "wdx.selection.";

function read(query: Record<string, string>, account: number): Spot {
  const { at = "", sel } = query;
  const text = sel?.startsWith("~") ? sessionStorage.getItem(KEPT + sel) : sel;
  return { at: /^\d{1,9}$/.test(at) ? Number(at) : -1, anchor: -1, selection: selectionOf(text, account) };
}

/** @param before  what stands in the address now */
function write(selection: Selection, account: number, before: string | undefined): string | undefined {
  const text = textOf(selection, account);
  if (!text || selection.ids.size <= MOST_IN_ADDRESS) return text;
  const name = before?.startsWith("~") ? before : `~${Date.now().toString(36)}`;
  try {
    sessionStorage.setItem(KEPT + name, text);
    return name;
  } catch {
    return undefined; // the storage is full: it is selected as long as the page is shown
  }
}

export function usePlace(query: Record<string, string>, account: number) {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const own = useRef({ query: "", written: "", writtenAt: 0, spot: { at: -1, anchor: -1, selection: NOBODY } as Spot });
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const { current } = own;
  const asked = JSON.stringify(query);
  if (current.query !== asked) {
    current.query = asked;
    if (current.written !== asked) {
      clearTimeout(timer.current);
      current.spot = read(query, account);
    }
    current.written = "";
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const tell = () => {
    clearTimeout(timer.current);
    const place = parsePlace(location.hash);
    const now = JSON.stringify(place.query);
    if (place.path[0] !== "people" || (now !== current.query && now !== current.written)) return; // on the way to somewhere else
    const { at, selection } = current.spot;
    const hash = hashOf("people", { ...place.query, at: at >= 0 ? String(at) : undefined, sel: write(selection, account, place.query.sel) });
    current.written = JSON.stringify(parsePlace(hash).query);
    current.writtenAt = Date.now();
    replaceHash(hash);
  };
  return {
    ...current.spot,
    /** Where keys have led since it was drawn. */
    now: () => current.spot,
    /** @param atOnce  because the next thing may be another page */
    go: (change: Partial<Spot>, atOnce = false) => {
      current.spot = { ...current.spot, ...change };
      draw(null as never);
      clearTimeout(timer.current);
      const wait = current.writtenAt + SETTLE_MS - Date.now();
      if (atOnce || wait <= 0) tell();
      else timer.current = setTimeout(tell, wait);
    },
  };
}
