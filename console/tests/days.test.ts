import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cursorOf } from "../src/model/cursor";
import { byLocalDay, localDay } from "../src/model/days";

describe("days", () => {
  const zone = process.env.TZ;
  beforeAll(() => void (process.env.TZ = "Pacific/Auckland"));
  afterAll(() => void (zone === undefined ? delete process.env.TZ : (process.env.TZ = zone)));
  it("are those of the operator's clock", () => {
    expect([localDay("2026-11-29T10:59:59Z"), localDay("2026-11-29T11:00:00Z"), localDay(null)]).toEqual(["2026-11-29", "2026-11-30", ""]);
  });
  it("hold their rows in order", () => {
    const rows = ["2026-11-29T12:00:00Z", "2026-11-29T11:00:00Z", "2026-11-29T10:00:00Z", null].map((timestamp, id) => ({ id, timestamp }));
    expect(byLocalDay(rows).map(([day, some]) => [day, some.map(({ id }) => id)])).toEqual([["2026-11-30", [0, 1]], ["2026-11-29", [2]], ["", [3]]]);
  });
});

describe("a page of a list", () => {
  it("names where the next one begins", () => {
    expect(cursorOf("http://localhost:8000/a/api/edits/?cursor=a%2Bb%3D&page_size=100")).toBe("a+b=");
    expect(cursorOf("/api/edits/?page_size=100&cursor=c")).toBe("c");
    expect(cursorOf(null)).toBeNull();
  });
});
