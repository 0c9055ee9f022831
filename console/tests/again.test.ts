import { describe, expect, it } from "vitest";
import { candidatesOf, chance, comesBefore, counted, withReturning, type Card, type Judged } from "../src/model/again";
import { NO_AGREEMENT, shiftDay } from "../src/model/preferences";
import { wilson } from "../src/model/waves";

const DAY = "2026-11-30";
const judged = (id: number, at: string): Judged => ({ id, handle: `u${id}`, classification: { harmful: id % 2 === 0, inactive: false, notes: null, classified_at: at } }) as unknown as Judged;
const card = (id: number): Card => ({ user: { id }, reasons: ["x"], sampled: false }) as unknown as Card;
const ids = (cards: readonly Card[]) => cards.map(({ user }) => user.id);

describe("a judged user", () => {
  it("comes back before one card in twenty, other ones every day", () => {
    const before = (day: string) => Array.from({ length: 20_000 }, (_, i) => i + 1).filter((id) => comesBefore(id, day));
    expect(before(DAY).length).toBeGreaterThan(900);
    expect(before(DAY).length).toBeLessThan(1100);
    const both = before(DAY).filter((id) => comesBefore(id, "2026-12-01"));
    expect(both.length).toBeLessThan(100);
    expect([0, 1].map((even) => before(DAY).filter((id) => id % 2 === even).length > 400)).toEqual([true, true]);
    expect(chance(7, DAY)).toBe(chance(7, DAY));
  });
  it("was judged a week ago at least, and was not asked about lately", () => {
    const all = [judged(1, `${shiftDay(DAY, -7)}T23:00:00Z`), judged(2, `${shiftDay(DAY, -6)}T00:00:00Z`), judged(3, "2024-01-01T00:00:00Z"), { id: 4, classification: null } as Judged];
    expect(ids(candidatesOf(all, [3], DAY))).toEqual([1]);
    expect(ids(candidatesOf(all, [], DAY)).sort()).toEqual([1, 3]);
    const [first] = candidatesOf(all, [3], DAY);
    expect([first!.earlier!.harmful, first!.reasons, "classification" in first!.user]).toEqual([false, [], false]);
  });
  it("stands before a card once, and is not replaced when judged", () => {
    const slots = Array.from({ length: 1000 }, (_, i) => i + 1).filter((id) => comesBefore(id, DAY)).slice(0, 2) as [number, number];
    const other = [1, 2, 3].find((id) => !slots.includes(id) && !comesBefore(id, DAY))!;
    const queue = [slots[0], other, slots[1]].map(card);
    const [a, b] = [card(9001), card(9002)];
    expect(ids(withReturning(queue, [a, b], DAY, new Set()))).toEqual([9001, slots[0], other, 9002, slots[1]]);
    expect(ids(withReturning(queue, [b], DAY, new Set([slots[0]])))).toEqual([slots[0], other, 9002, slots[1]]);
    expect(ids(withReturning(queue, [], DAY, new Set()))).toEqual(ids(queue));
  });
  it("counts once, and not at all when that is taken back", () => {
    const one = counted(NO_AGREEMENT, 7, true, 1);
    const two = counted(one, 8, false, 1);
    expect([two.agreed, two.total, two.asked]).toEqual([1, 2, [7, 8]]);
    expect(counted(two, 8, false, -1)).toEqual(one);
    expect(counted(one, 7, true, -1)).toEqual(NO_AGREEMENT);
    expect(counted({ ...two, asked: Array.from({ length: 200 }, (_, i) => i + 100) }, 9, true, 1).asked).toHaveLength(200);
  });
});

describe("a share of few", () => {
  it("has Wilson's interval", () => {
    const { low, high } = wilson(17, 20);
    expect([low, high]).toEqual([expect.closeTo(0.64, 2), expect.closeTo(0.948, 3)]);
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
    expect(wilson(5, 5).high).toBe(1);
    expect(wilson(0, 5).low).toBe(0);
  });
});
