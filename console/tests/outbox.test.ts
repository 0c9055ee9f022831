import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiFailure } from "../src/api/failure";
import { Outbox, type OutboxOptions } from "../src/api/outbox";
import type { Entry, Work } from "../src/model/outbox";
import { ASK_AFTER_MS, backoff, lastDecided, lastToUndo, newEntry, nextToSend, settledUsers, shownVerdict, whichStand } from "../src/model/outbox";
import { MemoryStorage } from "./memory_storage";

const HARMFUL: Work = { kind: "verdict", harmful: true, inactive: false, notes: null, sampled: false };
const user = (id: number) => ({ id, handle: `u${id}` });

function make(send: (entry: Entry) => Promise<{ editId: string | null }>, storage = new MemoryStorage(), more: Partial<OutboxOptions> = {}) {
  const sent: Entry[] = [];
  const options: OutboxOptions = {
    owner: "https://x.test 1", storage, onConfirmed: () => undefined, readTheirs: () => Promise.resolve({ verdict: null, etag: null }),
    later: (work) => work(),
    send: (entry) => (sent.push(entry), send(entry)), ...more,
  };
  return { outbox: new Outbox(options), sent, storage };
}
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the outbox", () => {
  it("sends decisions one after the other, in order, and remembers their edits", async () => {
    let n = 0;
    const { outbox, sent } = make(() => Promise.resolve({ editId: `e${++n}` }));
    for (const id of [1, 2, 3]) outbox.add(user(id), HARMFUL, null);
    await settle();
    expect(sent.map((entry) => entry.user.id)).toEqual([1, 2, 3]);
    expect(outbox.entries.map(({ state, editId }) => [state, editId])).toEqual([["done", "e1"], ["done", "e2"], ["done", "e3"]]);
    expect([...outbox.ownEdits]).toEqual(["e1", "e2", "e3"]);
  });

  it("keeps a decision before anything else, and sends it when the next card is seen", async () => {
    const waiting: (() => void)[] = [];
    const { outbox, sent, storage } = make(() => Promise.resolve({ editId: "e" }), undefined, { later: (work) => waiting.push(work) });
    let told = 0;
    outbox.subscribe(() => (told = storage.length));
    outbox.add(user(1), HARMFUL, null);
    await settle();
    expect([told, storage.length, sent.length]).toEqual([1, 1, 0]);
    waiting.forEach((work) => work());
    await settle();
    expect(sent.map((entry) => entry.user.id)).toEqual([1]);
  });

  it("sends again with the same key until the server answers, and loses nothing", async () => {
    let fails = 3;
    const { outbox, sent } = make(() => (fails-- > 0 ? Promise.reject(new ApiFailure(0, "away")) : Promise.resolve({ editId: "e" })));
    outbox.add(user(1), HARMFUL, null);
    outbox.add(user(2), HARMFUL, null);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(sent.map((entry) => entry.user.id)).toEqual([1, 1, 1, 1, 2]);
    expect(new Set(sent.slice(0, 4).map(({ key }) => key)).size).toBe(1);
    expect(outbox.pending).toBe(0);
  });

  it("waits as long as the server says", async () => {
    let fails = 1;
    const { outbox, sent } = make(() => (fails-- > 0 ? Promise.reject(new ApiFailure(429, "slow down", null, 60)) : Promise.resolve({ editId: "e" })));
    outbox.add(user(1), HARMFUL, null);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent).toHaveLength(2);
    expect(outbox.entries[0]!.state).toBe("done");
  });

  it("shows a verdict until somebody else gives another, and after a reload what the server says", async () => {
    const { outbox, storage } = make(() => Promise.resolve({ editId: "e" }));
    outbox.add(user(1), HARMFUL, null);
    outbox.add(user(2), HARMFUL, null);
    await settle();
    outbox.outdate([2, 3]);
    expect([1, 2].map((id) => shownVerdict(outbox.entries, id)?.harmful)).toEqual([true, undefined]);
    outbox.add(user(2), HARMFUL, null);
    expect(shownVerdict(outbox.entries, 2)?.harmful).toBe(true);
    await settle();
    outbox.outdate(null);
    expect(shownVerdict(outbox.entries, 1)).toBeUndefined();
    const again = make(() => Promise.resolve({ editId: "e" }), storage);
    expect(shownVerdict(again.outbox.entries, 1)).toBeUndefined();
  });

  it("is there again after the tab was killed, of this operator alone", async () => {
    const { outbox, storage } = make(() => new Promise(() => undefined));
    outbox.add(user(1), HARMFUL, null);
    outbox.add(user(2), HARMFUL, null);
    await settle();
    expect(outbox.entries[0]!.state).toBe("sending");
    const again = make(() => Promise.resolve({ editId: "e" }), storage);
    await settle();
    expect(again.sent.map(({ key }) => key)).toEqual(outbox.entries.map(({ key }) => key));
    const other = make(() => Promise.resolve({ editId: "e" }), storage, { owner: "https://x.test 2" });
    expect(other.outbox.entries).toEqual([]);
    expect(make(() => Promise.resolve({ editId: "e" }), storage, { owner: "https://x.test/other 1" }).outbox.entries).toEqual([]);
  });

  it("shows what somebody else decided meanwhile, and goes on with the rest", async () => {
    const theirs = { harmful: false, inactive: true, notes: "x", classified_at: "2026-11-30T00:00:00Z" };
    const refuse = (entry: Entry) => (entry.user.id === 1 && !entry.before ? Promise.reject(new ApiFailure(412, "changed")) : Promise.resolve({ editId: "e" }));
    const { outbox, sent } = make(refuse, undefined, { readTheirs: () => Promise.resolve({ verdict: theirs, etag: '"t"' }) });
    const { key } = outbox.add(user(1), HARMFUL, null);
    outbox.add(user(2), HARMFUL, null);
    await settle();
    expect(outbox.entries.map(({ state }) => state)).toEqual(["conflict", "done"]);
    expect(outbox.entries[0]!.theirs).toEqual(theirs);
    await outbox.sendAgain(key);
    await settle();
    expect(sent.at(-1)).toMatchObject({ user: user(1), before: theirs, etag: '"t"' });
    expect(sent.at(-1)!.key).not.toBe(key);
    expect(outbox.entries.every(({ state }) => state === "done")).toBe(true);
  });

  it("takes back what was not sent without asking the server, and what was by its edit", async () => {
    let online = false;
    const { outbox, sent } = make(() => (online ? Promise.resolve({ editId: "e7" }) : Promise.reject(new ApiFailure(0, "away"))));
    outbox.add(user(1), HARMFUL, null);
    await settle();
    expect(outbox.takeBack()!.user.id).toBe(1);
    online = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toHaveLength(1);
    outbox.add(user(2), HARMFUL, null);
    await settle();
    outbox.takeBack();
    await settle();
    expect(sent.at(-1)!.work).toMatchObject({ kind: "undo", editId: "e7" });
    expect(outbox.takeBack()).toBeNull();
  });

  it("takes back what was made beside it, sends that itself never, and knows it after a reload", async () => {
    const { outbox, sent, storage } = make(() => Promise.resolve({ editId: "u" }));
    outbox.made("12 users", "harmful", "e12");
    await settle();
    expect([sent, outbox.ownEdits.has("e12"), outbox.pending]).toEqual([[], true, 0]);
    const again = make(() => Promise.resolve({ editId: "u" }), storage);
    expect(again.outbox.takeBack()!.user.handle).toBe("12 users");
    await settle();
    expect(again.sent.map(({ work }) => work)).toEqual([{ kind: "undo", editId: "e12", of: outbox.entries[0]!.key }]);
  });

  it("takes back a decision that is just being sent once its answer is there", async () => {
    let answer: (sent: { editId: string }) => void = () => undefined;
    const { outbox, sent } = make((entry) => (entry.work.kind === "undo" ? Promise.resolve({ editId: "u" }) : new Promise((resolve) => (answer = resolve))));
    outbox.add(user(1), HARMFUL, null);
    await settle();
    outbox.takeBack();
    answer({ editId: "e1" });
    await settle();
    expect(sent.map(({ work }) => work.kind)).toEqual(["verdict", "undo"]);
    expect(sent[1]!.work).toMatchObject({ editId: "e1" });
  });

  it("asks before it sends what is older than 23 hours", async () => {
    const storage = new MemoryStorage();
    const old = newEntry(user(1), HARMFUL, null, null, Date.now() - ASK_AFTER_MS - 1);
    storage.setItem(`wdx.outbox.https://x.test 1.${old.key}`, JSON.stringify(old));
    const { outbox, sent } = make(() => Promise.resolve({ editId: "e" }), storage);
    await settle();
    expect(sent).toEqual([]);
    expect(outbox.tooOld().map(({ key }) => key)).toEqual([old.key]);
    await outbox.sendAgain(old.key);
    await settle();
    expect(sent).toHaveLength(1);
    expect(sent[0]!.key).not.toBe(old.key);
  });

  it("is empty after logging out", async () => {
    const { outbox, storage } = make(() => new Promise(() => undefined));
    outbox.add(user(1), HARMFUL, null);
    outbox.empty();
    expect([storage.length, outbox.entries.length]).toEqual([0, 0]);
  });
});

describe("what the pages show meanwhile", () => {
  const at = (state: Entry["state"], work: Work = HARMFUL, id = 1): Entry => ({ ...newEntry(user(id), work, null), state });
  it("is the newest decision that counts", () => {
    expect(shownVerdict([at("done")], 1)).toMatchObject({ harmful: true });
    expect(shownVerdict([at("waiting"), at("waiting", { ...HARMFUL, harmful: false })], 1)).toMatchObject({ harmful: false });
    expect(shownVerdict([at("taken back")], 1)).toBeUndefined();
    expect(shownVerdict([at("done", { kind: "unjudge" })], 1)).toBeNull();
    expect(shownVerdict([at("done")], 2)).toBeUndefined();
  });
  it("leaves out of triage who was decided, and shows again who was taken back", () => {
    expect([...settledUsers([at("done"), at("waiting", { kind: "later", until: null }, 2), at("failed", HARMFUL, 3)])]).toEqual([1, 2]);
    expect([...settledUsers([at("taken back"), at("done", { kind: "undo", editId: "e", of: "k" })])]).toEqual([]);
  });
  it("sends nothing while something is being sent", () => {
    expect(nextToSend([at("sending"), at("waiting")], Date.now())).toBeNull();
    expect(lastToUndo([at("done"), at("conflict")])!.state).toBe("done");
  });
  it("waits longer each time, half a minute at most", () => {
    expect([backoff(0), backoff(1), backoff(2), backoff(50)]).toEqual([500, 1000, 2000, 30_000]);
  });
});

describe("the last decisions", () => {
  const entry = (id: number, work: Work = HARMFUL, state: Entry["state"] = "done"): Entry => ({ ...newEntry(user(id), work, null), state });

  it("are the newest first, each user once, without what was taken back", () => {
    const later: Work = { kind: "later", until: null };
    const entries = [entry(1), entry(2), entry(1, { ...HARMFUL, harmful: false }), entry(3, HARMFUL, "taken back"), entry(2, later), entry(4, { kind: "undo", editId: "e", of: "k" })];
    expect(lastDecided(entries, 10)).toEqual([entries[4], entries[2], entries[1]]);
    expect(lastDecided(entries, 2)).toEqual([entries[4], entries[2]]);
  });

  it("are others when one comes, fails or is taken back, not when one is sent", () => {
    const one = entry(1, HARMFUL, "waiting");
    const before = whichStand([one]);
    expect(whichStand([{ ...one, state: "done" }])).toBe(before);
    for (const entries of [[one, entry(2)], [{ ...one, state: "failed" as const }], [{ ...one, state: "taken back" as const }]]) expect(whichStand(entries)).not.toBe(before);
  });
});
