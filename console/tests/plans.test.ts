import { describe, expect, it } from "vitest";
import { planBody, progressOf } from "../src/model/plans";

describe("the request that plans an action", () => {
  it("names the users, or the filter that chooses them", () => {
    expect(planBody([3, 1], "block")).toEqual({ user_ids: [3, 1], action_type: "block" });
    expect(planBody("account_id=1&rank__gte=0.9", "mute")).toEqual({ filter: "account_id=1&rank__gte=0.9", action_type: "mute" });
  });
  it("says why and from when only where somebody said so", () => {
    expect(planBody([1], "block", "  ", "")).toEqual({ user_ids: [1], action_type: "block" });
    expect(planBody([1], "block", " a wave ", "2026-12-24")).toEqual({ user_ids: [1], action_type: "block", cause: "a wave", not_before: new Date(2026, 11, 24).toISOString() });
  });
});

describe("progress", () => {
  it("is the part of what was not cancelled that is over", () => {
    expect(progressOf({ planned: 5, claimed: 1, done: 3, failed: 1, cancelled: 90 })).toBe(0.4);
    expect(progressOf({ done: 2 })).toBe(1);
    expect(progressOf({ cancelled: 2 })).toBe(0);
    expect(progressOf({})).toBe(0);
  });
});
