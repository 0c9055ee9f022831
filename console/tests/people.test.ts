import { describe, expect, it } from "vitest";
import { BLOCK, blocksOf, lengthOf } from "../src/model/blocks";
import { csvFields, filterPart, hasFilters, otherFilter, usersQuery, wholeNumber } from "../src/model/people";
import { NOBODY, selectionOf, textOf } from "../src/model/selection";

describe("a list that is read in blocks", () => {
  const rows = (n: number) => ({ length: n });
  it("is as long as was counted", () => {
    expect(lengthOf(7, new Map([[0, rows(BLOCK)]]), 900)).toBe(7);
  });
  it("goes on behind its last full block until it is counted", () => {
    expect(lengthOf(null, new Map([[0, rows(BLOCK)]]), -1)).toBe(200);
    expect(lengthOf(null, new Map([[0, rows(BLOCK)], [4, rows(BLOCK)]]), -1)).toBe(600);
    expect(lengthOf(null, new Map([[0, rows(BLOCK)], [1, rows(30)]]), -1)).toBe(130);
  });
  it("reaches to the row that somebody was at", () => {
    expect(lengthOf(null, new Map(), 500)).toBe(501);
    expect(lengthOf(null, new Map([[0, rows(BLOCK)]]), 500)).toBe(501);
    expect(lengthOf(null, new Map([[0, rows(40)]]), 500)).toBe(40);
  });
  it("has its rows in blocks that begin at full hundreds", () => {
    expect([blocksOf(0, 0), blocksOf(0, 100), blocksOf(99, 101), blocksOf(250, 420)]).toEqual([{ first: 0, last: 0 }, { first: 0, last: 0 }, { first: 0, last: 1 }, { first: 2, last: 4 }]);
  });
});

describe("a selection", () => {
  it("is in the address and comes back", () => {
    const some = { ids: new Set([100, 101, 2_000_000_000]), all: false };
    expect(textOf(some, 1)).toBe("1.2s.2t.x2qxvk");
    expect(selectionOf(textOf(some, 1), 1)).toEqual(some);
    expect(selectionOf("all", 1)).toEqual({ ids: new Set(), all: true });
    expect([textOf({ ids: new Set(), all: true }, 1), textOf(NOBODY, 1)]).toEqual(["all", undefined]);
  });
  it("of another account or another text selects nobody", () => {
    for (const text of [undefined, null, "", "2.2s", "all.2s", "-1.5", "%", "1"]) expect(selectionOf(text, 1).all || selectionOf(text, 1).ids.size > 0, String(text)).toBe(false);
    expect(selectionOf("1.2s..!.2t", 1).ids).toEqual(new Set([100, 101]));
  });
});

describe("the filters of people", () => {
  it("take whole numbers as people write them", () => {
    for (const text of ["1000", "1,000", "1.000", "1 000", "1’000", "1'000", "1\u202f000"]) expect(wholeNumber(text), text).toBe("1000");
    expect(wholeNumber("1,000,000")).toBe("1000000");
    for (const text of ["", "1,5", "1.5", "1,0000", "-1", "x", "12345678901"]) expect(wholeNumber(text), text).toBeNull();
  });
  it("become parameters of the list", () => {
    const query = { least: "1,000", mostFollowing: "50", leastFollowing: "few", rank: "0.9", from: "2026-05", at: "7", sel: "all", order: "nonsense" };
    expect(usersQuery(1, query)).toEqual({ account_id: "1", followers_count__gte: "1000", following_count__lte: "50", rank__gte: "0.9", created_at__gte: "2026-05-01", ordering: "-risk" });
    expect(usersQuery(1, { order: "-handle" }).ordering).toBe("-handle");
    expect(usersQuery(1, { order: "bio" }).ordering).toBe("-risk");
  });
  it("leave the row and who is selected behind when they change, and another order the row alone", () => {
    const query = { verdict: "sane", at: "500", sel: "1.2s" };
    expect(otherFilter(query, { rank: "0.9" })).toEqual({ verdict: "sane", rank: "0.9" });
    expect(otherFilter(query, { order: "rank" })).toEqual({ verdict: "sane", sel: "1.2s", order: "rank" });
    expect(filterPart(query)).toEqual({ verdict: "sane" });
    expect([hasFilters({ at: "5", sel: "all" }), hasFilters(query)]).toEqual([false, true]);
  });
  it("are saved with the columns that are shown", () => {
    expect(csvFields(["score", "verdict", "no column"])).toBe("id,handle,classification,risk");
  });
});
