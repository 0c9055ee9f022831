/** What is known of a wave, in figures and words. */
import type { Cohort } from "./types";

/** `2026-10 a00000`: the month, and what its members share. */
export function partsOf(key: string): { month: string; shared: string } {
  const [month = "", shared = ""] = key.split(/ (.*)/s);
  return { month, shared };
}

export function judgedOf({ size, unclassified }: Pick<Cohort, "size" | "unclassified">): number | null {
  return unclassified === null || unclassified === undefined ? null : size - unclassified;
}

/**
 * Between which bounds a share lies of which `k` of `n` are known: Wilson's score interval.
 * @param z  1.96: 95 %, two-sided; 1.6449: 95 %, of one bound alone
 * Source: E. Wilson, JASA 22, 1927.
 */
export function wilson(k: number, n: number, z = 1.96): { low: number; high: number } {
  if (n === 0) return { low: 0, high: 1 };
  const p = k / n;
  const centre = p + (z * z) / (2 * n);
  const spread = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const size = 1 + (z * z) / n;
  return { low: Math.max(0, (centre - spread) / size), high: Math.min(1, (centre + spread) / size) };
}

/** The lower bound of a share of which `harmful` of `n` drawn at random are known, one-sided 95 %. */
export function lowerBound(harmful: number, n: number): number {
  return wilson(harmful, n, 1.6449).low;
}

/** Ten drawn at random, the same every time: by a hash of the id, so that the order says nothing. */
export function drawn<T extends { id: number }>(members: readonly T[], n: number): T[] {
  const hash = (id: number) => Math.imul((id ^ (id >>> 16)) + 0x9e3779b9, 0x85ebca6b) >>> 0;
  return [...members].sort((a, b) => hash(a.id) - hash(b.id) || a.id - b.id).slice(0, n);
}
