import { describe, expect, it } from "vitest";
import { formatsFor } from "../src/model/format";
import { initialOf, profileOf } from "../src/model/links";
import { hashOf, parsePlace } from "../src/model/place";
import { byYear, joinedBars, ticksBetween, ticksUpTo } from "../src/model/plots";
import { DEFAULTS, newsSince, noteVisit, readPreferences, shiftDay } from "../src/model/preferences";
import { EventReader } from "../src/model/sse";
import type { UserSignals } from "../src/model/types";
import { choiceOf } from "../src/model/verdict";
import { drawn, lowerBound, partsOf } from "../src/model/waves";
import { groupPosts, reasonsOf } from "../src/model/why";
import { windowOf } from "../src/model/window";

describe("an address", () => {
  it("survives there and back", () => {
    const query = { search: "a&b=c #?", classification: "harmful,sane" };
    expect(parsePlace(hashOf("people", query))).toEqual({ path: ["people"], query });
    expect(parsePlace("#/users/7")).toEqual({ path: ["users", "7"], query: {} });
    expect(parsePlace("")).toEqual({ path: [], query: {} });
    expect(parsePlace("#/%E0%A4%A")).toEqual({ path: ["%E0%A4%A"], query: {} });
    expect(hashOf("people", { search: "" })).toBe("#/people");
  });
});

describe("a link to X", () => {
  it("is made of nothing but a handle", () => {
    expect(profileOf("anna_1")).toBe("https://x.com/anna_1");
    for (const evil of ["javascript:alert(1)", "a/../b", "a?b", "\u202Eanna", "", null, "x".repeat(16), "<img>"]) expect(profileOf(evil)).toBeNull();
  });
  it("is not needed for a face", () => {
    expect([initialOf("✨ anna", "x"), initialOf("", "bob"), initialOf("\u202E", null), initialOf("日本", "x")]).toEqual(["A", "B", "?", "日"]);
  });
});

describe("numbers and days", () => {
  const { count, percent, day, month, ago, short } = formatsFor("en-GB");
  it("are those of the language", () => {
    expect([count(12431), percent(0.061), day("2026-11-30"), month("2026-05-01"), month("2026-05"), short(9_999)]).toEqual(["12,431", "6.1%", "30 Nov 2026", "May 2026", "May 2026", "9,999"]);
    expect(short(5_200_000)).toMatch(/^5\.2\s?m$/i);
    expect([formatsFor("en-GB").score(0.5), formatsFor("de").score(0.987)]).toEqual(["0.50", "0,99"]);
    expect(formatsFor("de").count(12431)).toBe("12.431");
    expect(formatsFor("no such language").count(1)).toBe("1");
  });
  it("are a dash where there are none", () => {
    expect([count(null), percent(undefined), day(null), ago("nonsense")]).toEqual(["–", "–", "–", "–"]);
  });
  it("are told as people do", () => {
    const now = Date.parse("2026-11-30T12:00:00Z");
    expect([ago("2026-11-30T10:00:00Z", now), ago("2026-11-29T12:00:00Z", now), ago("2026-11-30T11:59:50Z", now)]).toEqual(["2 hours ago", "yesterday", "this minute"]);
  });
});

describe("news", () => {
  it("count from the last visit on another day, from yesterday at least, from a month back at most", () => {
    expect(newsSince({ last: "", before: "" }, "2026-11-30")).toBe("2026-11-29");
    expect(newsSince({ last: "2026-11-26", before: "" }, "2026-11-30")).toBe("2026-11-26");
    expect(newsSince(noteVisit({ last: "2026-11-26", before: "" }, "2026-11-30"), "2026-11-30")).toBe("2026-11-26");
    expect(newsSince({ last: "2020-01-01", before: "" }, "2026-11-30")).toBe("2026-10-31");
    expect(shiftDay("2026-03-01", -1)).toBe("2026-02-28");
  });
  it("do not stumble over preferences of another version", () => {
    expect(readPreferences(null)).toEqual(DEFAULTS);
    expect(readPreferences({ theme: 7, density: "dense", keys: { letters: false }, columns: "x", other: 1 })).toEqual({ ...DEFAULTS, density: "dense", keys: { letters: false, changed: {} } });
  });
});

describe("an event stream", () => {
  it("is read in any pieces", () => {
    const text = ": open\nevent: change\nid: 42\ndata: {\"table\":\"actions\"}\n\n: heartbeat\nevent: reset\nid: 43\ndata: {}\n\n";
    const whole = new EventReader().feed(text);
    expect(whole).toEqual([{ event: "change", id: "42", data: '{"table":"actions"}' }, { event: "reset", id: "43", data: "{}" }]);
    const reader = new EventReader();
    expect([...text].flatMap((letter) => reader.feed(letter))).toEqual(whole);
  });
});

describe("reasons", () => {
  const signal = (id: string, contribution: number) => ({ id, contribution, value: 1, threshold: 1, weight: 1, missing: null });
  const signals = { signals: [signal("follow_ratio", 0.8), signal("certified", -0.4), signal("followers_below_15", 1), signal("wave", 1.5), signal("no_bio", 0)] } as unknown as UserSignals;
  it("have the weight of all signals behind their sentence", () => {
    expect(reasonsOf(["Follows", "Wave", "Mark"], signals).map(({ contribution }) => contribution)).toEqual([1.8, 1.5, -0.4]);
    expect(reasonsOf(["x"], undefined)).toEqual([{ text: "x", contribution: null }]);
  });
  it("show the same text once", () => {
    expect(groupPosts([{ text: "a" }, { text: "b" }, { text: " a" }]).map(({ post, times }) => [post.text, times])).toEqual([["a", 2], ["b", 1]]);
  });
});

describe("a wave", () => {
  it("is harmful at least as far as ten can tell", () => {
    expect(lowerBound(10, 10)).toBeCloseTo(0.787, 3);
    expect(lowerBound(0, 10)).toBe(0);
    expect(lowerBound(0, 0)).toBe(0);
    expect(lowerBound(5, 10)).toBeLessThan(0.5);
  });
  it("draws the same ten each time, whatever their order", () => {
    const members = Array.from({ length: 200 }, (_, i) => ({ id: i + 1 }));
    const ten = drawn(members, 10);
    expect(ten).toHaveLength(10);
    expect(drawn([...members].reverse(), 10)).toEqual(ten);
    expect(ten.map(({ id }) => id)).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(partsOf("2026-10 a b")).toEqual({ month: "2026-10", shared: "a b" });
  });
});

describe("a long list", () => {
  it("draws a few rows, and every row at some place", () => {
    const seen = new Set<number>();
    const count = 100_000;
    for (let top = 0; top <= count * 44; top += 300) {
      const { from, to } = windowOf(count, 44, top, 600, 4);
      expect(to - from).toBeLessThanOrEqual(30);
      for (let i = from; i < to; i++) seen.add(i);
    }
    expect(seen.size).toBe(count);
  });
  it("reaches the end beyond what a browser can make tall", () => {
    const { height } = windowOf(5_000_000, 44, 0, 600);
    expect(height).toBe(10_000_000);
    expect(windowOf(5_000_000, 44, height - 600, 600).to).toBe(5_000_000);
    expect(windowOf(3, 44, 0, 600)).toMatchObject({ from: 0, to: 3, before: 0 });
  });
});

describe("plots", () => {
  it("have round steps and no more than a few", () => {
    expect(ticksUpTo(100)).toEqual([0, 50, 100]);
    expect(ticksUpTo(7)).toEqual([0, 5]);
    expect(ticksBetween(280, 405)).toEqual([300, 350, 400]);
  });
  it("count in whole steps", () => {
    expect([ticksUpTo(1), ticksUpTo(2), ticksUpTo(0)]).toEqual([[0, 1], [0, 1, 2], [0]]);
    expect([ticksBetween(0, 1), ticksBetween(5, 5)]).toEqual([[0, 1], [5]]);
  });
  it("have bars by year where months are many, and months in the table behind them", () => {
    const months = Array.from({ length: 50 }, (_, i) => ({ month: `${2020 + Math.floor(i / 12)}-${String(1 + (i % 12)).padStart(2, "0")}`, total: 1, harmful: 0 }));
    const few = joinedBars(months.slice(0, 48), (month) => `in ${month}`);
    expect([few.isYearly, few.bars.length, few.bars[0]]).toEqual([false, 48, { label: "2020", title: "in 2020-01", total: 1, harmful: 0 }]);
    const many = joinedBars(months, (month) => `in ${month}`);
    expect([many.isYearly, many.bars.length, many.bars[0], many.table.length, many.table[49]!.title]).toEqual([true, 5, { label: "2020", title: "2020", total: 12, harmful: 0 }, 50, "in 2024-02"]);
  });
  it("add months up to years", () => {
    expect(byYear([{ month: "2024-11", total: 1, harmful: 0 }, { month: "2024-12", total: 2, harmful: 1 }, { month: "2025-01", total: 4, harmful: 0 }])).toEqual([{ month: "2024", total: 3, harmful: 1 }, { month: "2025", total: 4, harmful: 0 }]);
  });
});

describe("a verdict", () => {
  it("is harmful where it is both, and none where there is none", () => {
    expect([choiceOf({ harmful: true, inactive: true }), choiceOf({ harmful: null, inactive: true }), choiceOf({ harmful: false, inactive: null }), choiceOf(null)]).toEqual(["harmful", "inactive", "sane", null]);
  });
});
