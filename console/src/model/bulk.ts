/** One verdict for many: whom it is about, what it does, and what the server's answers mean. */
import { bodyOf, type Choice } from "./verdict";

/** `none` removes verdicts. */
export type BulkChoice = Choice | "none";
export const BULK_CHOICES: readonly BulkChoice[] = ["harmful", "inactive", "sane", "none"];

export interface BulkBody {
  user_ids?: number[];
  filter?: string;
  harmful?: boolean;
  inactive?: boolean;
  unclassify?: true;
}

/** The filter of a write: the parameters of the list but its order, which chooses nobody. */
export function filterOf(params: Record<string, string>): string {
  const { ordering: _, ...chosen } = params;
  return new URLSearchParams(chosen).toString();
}

/** @param whom  ids, or a filter: all that match it */
export function bulkBody(whom: readonly number[] | string, choice: BulkChoice): BulkBody {
  const users = typeof whom === "string" ? { filter: whom } : { user_ids: [...whom] };
  return choice === "none" ? { ...users, unclassify: true } : { ...users, ...bodyOf(choice) };
}

/** Of the users chosen, those to whom something happens. */
export function changedOf({ count, skipped }: { count: number; skipped: Record<string, number> }): number {
  return Object.values(skipped).reduce((left, n) => left - n, count);
}

/** How many users there are now, where the write was refused because there are not as many as expected. */
export function otherCountOf({ status, body }: { status?: number; body?: unknown }): number | null {
  const count = status === 409 ? (body as { count?: unknown } | null)?.count : null;
  return typeof count === "number" ? count : null;
}
