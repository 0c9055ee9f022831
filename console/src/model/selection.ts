/** Who is selected in the list, and how that is written into the address. */
export interface Selection {
  ids: ReadonlySet<number>;
  /** Instead of the ids: all that match the filter. */
  all: boolean;
}
export const NOBODY: Selection = { ids: new Set(), all: false };

/** `all`, or the account and the ids in base 36: `1.2s.2t`. With the account, because nobody sees ids of another one. */
export function textOf({ ids, all }: Selection, account: number): string | undefined {
  if (all) return "all";
  return ids.size > 0 ? [account, ...ids].map((id) => id.toString(36)).join(".") : undefined;
}

/** What is no selection of this account selects nobody. */
export function selectionOf(text: string | null | undefined, account: number): Selection {
  if (text === "all") return { ids: new Set(), all: true };
  const [of, ...ids] = (text ?? "").split(".").map((part) => (/^[0-9a-z]{1,10}$/.test(part) ? parseInt(part, 36) : 0));
  return of === account ? { ids: new Set(ids.filter((id) => id > 0)), all: false } : NOBODY;
}
