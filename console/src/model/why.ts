/** What speaks for and against a user, as bars. */
import type { SignalRules, UserSignals } from "./types";

/** The server says these in one sentence (insight/reasons.cpp). */
const OF_FOLLOWS = new Set(["follow_ratio", "following_limit", "followers_below_15", "followers_below_100"]);
const FOLLOWS = "follows";

export interface Reason {
  text: string;
  /** Null: not known yet. */
  contribution: number | null;
}

/** The server's sentences with the contribution behind each: same grouping, same order. */
export function reasonsOf(texts: readonly string[], signals: UserSignals | undefined): Reason[] {
  if (!signals) return texts.map((text) => ({ text, contribution: null }));
  const groups = groupsOf(signals);
  return texts.map((text, i) => ({ text, contribution: groups[i]?.[1] ?? 0 }));
}

/** What fires, the strongest first. */
function groupsOf(signals: UserSignals): [string, number][] {
  const groups = new Map<string, number>();
  for (const { id, contribution } of signals.signals) {
    if (!contribution) continue;
    const name = OF_FOLLOWS.has(id) ? FOLLOWS : id;
    groups.set(name, (groups.get(name) ?? 0) + contribution);
  }
  return [...groups].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
}

export interface SignalRow {
  id: string;
  title: string;
  why: string;
  value: number | boolean | null;
  threshold: number | null;
  contribution: number;
  missing: string | null;
}

/** One row for each rule, the strongest first. */
export function signalRows(signals: UserSignals, rules: SignalRules | undefined): SignalRow[] {
  const known = new Map(rules?.signals.map((rule) => [rule.id as string, rule]));
  return signals.signals
    .map((signal) => ({
      id: signal.id as string,
      title: known.get(signal.id)?.title ?? signal.id,
      why: known.get(signal.id)?.why ?? "",
      value: (signal.value ?? null) as number | boolean | null,
      threshold: signal.threshold ?? null,
      contribution: signal.contribution,
      missing: signal.missing ?? null,
    }))
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

export interface GroupedPost<P> {
  post: P;
  times: number;
}

/** Posts with the same text stand together, as often as they were posted. */
export function groupPosts<P extends { text?: string | null }>(posts: readonly P[]): GroupedPost<P>[] {
  const groups = new Map<string, GroupedPost<P>>();
  for (const post of posts) {
    const text = (post.text ?? "").trim();
    const group = groups.get(text);
    if (group) group.times++;
    else groups.set(text, { post, times: 1 });
  }
  return [...groups.values()];
}
