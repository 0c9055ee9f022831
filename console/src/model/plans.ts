/** What shall be done about users: the request that plans it, and how far it has come. */

export const PLAN_STATES = ["planned", "claimed", "done", "failed", "cancelled"] as const;
export type PlanState = (typeof PLAN_STATES)[number];
/** Actions that most people plan; the server takes any word. */
export const PLAN_TYPES = ["block", "mute"] as const;
export type PlanType = (typeof PLAN_TYPES)[number];

export interface PlanBody {
  user_ids?: number[];
  filter?: string;
  action_type: string;
  cause?: string;
  not_before?: string;
}

/**
 * @param whom  ids, or a filter: all that match it
 * @param day  no worker gets it before; empty: at once
 */
export function planBody(whom: readonly number[] | string, type: string, cause = "", day = ""): PlanBody {
  const users = typeof whom === "string" ? { filter: whom } : { user_ids: [...whom] };
  const body: PlanBody = { ...users, action_type: type };
  if (cause.trim()) body.cause = cause.trim();
  if (day) body.not_before = new Date(`${day}T00:00:00`).toISOString(); // midnight where the operator is
  return body;
}

/** Which part of what was planned, and not taken back, is over: 0 to 1. */
export function progressOf(counts: Readonly<Partial<Record<PlanState, number>>>): number {
  const over = (counts.done ?? 0) + (counts.failed ?? 0);
  const all = over + (counts.planned ?? 0) + (counts.claimed ?? 0);
  return all > 0 ? over / all : 0;
}
