/** What a verdict is, and how it is shown: a word, a sign and a tone, never a colour alone. */
import type { Verdict } from "./types";

export type Choice = "harmful" | "inactive" | "sane";
export type Tone = "harmful" | "inactive" | "sane" | "accent" | "plain";

export const CHOICES: readonly Choice[] = ["harmful", "inactive", "sane"];
export const SIGNS: Record<Choice, string> = { harmful: "▲", inactive: "◌", sane: "✓" };

export function bodyOf(choice: Choice): { harmful: boolean; inactive: boolean } {
  return { harmful: choice === "harmful", inactive: choice === "inactive" };
}

/** Harmful wins where a user is both. */
export function choiceOf(verdict: Pick<Verdict, "harmful" | "inactive"> | null | undefined): Choice | null {
  if (!verdict) return null;
  if (verdict.harmful) return "harmful";
  return verdict.inactive ? "inactive" : "sane";
}
