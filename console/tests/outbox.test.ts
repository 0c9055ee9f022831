import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiFailure } from "../src/api/failure";
import { Outbox, type OutboxOptions } from "../src/api/outbox";
import type { Theirs } from "../src/api/send";
import type { Entry, Work } from "../src/model/outbox";
import { ASK_AFTER_MS, backoff, isPending, isTooOld, lastDecided, lastToUndo, newEntry, nextToSend, settledUsers, shownVerdict, whichStand } from "../src/model/outbox";
import { words } from "../src/model/words";
import { MemoryStorage } from "./memory_storage";

const HARMFUL: Work = { kind: "verdict", harmful: true, inactive: false, notes: null, sampled: false };
const user = (id: number) => ({ id, handle: `u${id}` });
const OWNER = "https://x.test 1";
const SANE = { ...HARMFUL, harmful: false };
const verdict = (harmful: boolean) => ({ harmful, inactive: false, notes: null, classified_at: "2026-11-30T00:00:00Z" });

function make(send: (entry: Entry) => Promise<{ editId: string | null; etag?: string | null }>, storage = new MemoryStorage(), more: Partial<OutboxOptions> = {}) {
  const sent: Entry[] = [];
  const options: OutboxOptions = {
    owner: OWNER, storage, onConfirmed: () => undefined, readTheirs: () => Promise.resolve({ verdict: null, etag: null }),
    later: (work) => work(),
    send: async (entry) => (sent.push(entry), { etag: null, ...(await send(entry)) }), ...more,
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

  it("undoes the edit of the decision that is taken back, whatever was decided before it", async () => {
    let n = 0;
    const { outbox, sent } = make(() => Promise.resolve({ editId: `e${++n}` }));
    for (const id of [1, 2, 3]) outbox.add(user(id), HARMFUL, null);
    await settle();
    outbox.takeBack(outbox.entries[1]);
    await settle();
    expect(sent.at(-1)!.work).toMatchObject({ kind: "undo", editId: "e2" });
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
    const { outbox, sent } = make(() => Promise.resolve({ editId: "e7" }), undefined, { later: () => undefined });
    outbox.add(user(1), HARMFUL, null);
    expect(outbox.takeBack()!.user.id).toBe(1);
    outbox.add(user(2), HARMFUL, null);
    await outbox.pump();
    await settle();
    expect(sent.map((entry) => entry.user.id)).toEqual([2]);
    outbox.takeBack();
    await outbox.pump();
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
    storage.setItem(`wdx.outbox.${OWNER}.${old.key}`, JSON.stringify(old));
    const { outbox, sent } = make(() => Promise.resolve({ editId: "e" }), storage);
    await settle();
    expect(sent).toEqual([]);
    expect(outbox.entries.map((entry) => isTooOld(entry, Date.now()))).toEqual([true]);
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

  it("sends one at a time, whatever happens meanwhile", async () => {
    const { outbox, sent } = make(() => new Promise(() => undefined));
    outbox.add(user(1), HARMFUL, null);
    outbox.add(user(2), HARMFUL, null);
    await settle();
    outbox.takeBack(outbox.entries[0]);
    await outbox.pump();
    expect(sent.map((entry) => entry.user.id)).toEqual([1]);
  });

  it("tells which request failed", async () => {
    const { outbox } = make(() => Promise.reject(new ApiFailure(403, "Not allowed.", "r-7")));
    outbox.add(user(1), HARMFUL, null);
    await settle();
    expect(outbox.entries[0]).toMatchObject({ state: "failed", error: "Not allowed. (Request r-7)", isTried: false });
  });
});

describe("taking back", () => {
  const states = ({ outbox }: ReturnType<typeof make>) => outbox.entries.map(({ work, state }) => `${work.kind} ${state}`);

  it("sends nothing where nothing was written, so that a verdict of somebody else stays", async () => {
    for (const status of [412, 403]) {
      const made = make(() => Promise.reject(new ApiFailure(status, "no")));
      made.outbox.add(user(1), HARMFUL, null);
      await settle();
      made.outbox.takeBack(made.outbox.entries[0]);
      await settle();
      expect([states(made), made.sent.length]).toEqual([["verdict taken back"], 1]);
    }
    const made = make(() => Promise.resolve({ editId: null })); // no row has changed
    made.outbox.add(user(1), { kind: "later", until: null }, null);
    await settle();
    made.outbox.takeBack();
    await settle();
    expect([states(made), made.sent.length]).toEqual([["later taken back"], 1]);
  });

  it("sends what may have arrived once more with its key, and undoes it before anything that came after", async () => {
    for (const status of [0, 503]) {
      let online = false;
      const made = make(() => (online ? Promise.resolve({ editId: "e1" }) : Promise.reject(new ApiFailure(status, "away"))));
      const { key } = made.outbox.add(user(1), HARMFUL, null);
      await settle();
      made.outbox.takeBack();
      expect([states(made), made.outbox.pending, shownVerdict(made.outbox.entries, 1)]).toEqual([["verdict taken back"], 1, undefined]);
      made.outbox.add(user(1), SANE, null);
      online = true;
      await vi.advanceTimersByTimeAsync(5_000);
      expect(made.sent.slice(-3).map(({ work }) => work)).toEqual([HARMFUL, { kind: "undo", editId: "e1", of: key }, SANE]);
      expect(new Set(made.sent.filter(({ work }) => work === HARMFUL).map((entry) => entry.key))).toEqual(new Set([key]));
      expect(new Set(made.sent.map((entry) => entry.key)).size).toBe(3);
      expect([made.outbox.pending, shownVerdict(made.outbox.entries, 1)?.harmful]).toEqual([0, false]);
    }
  });

  it("is not lost when the tab is closed before that", async () => {
    const first = make(() => Promise.reject(new ApiFailure(0, "away")));
    const { key } = first.outbox.add(user(1), HARMFUL, null);
    await settle();
    first.outbox.takeBack();
    first.outbox.stop();
    const again = make((entry) => (entry.work.kind === "undo" ? Promise.reject(new ApiFailure(0, "away")) : Promise.resolve({ editId: "e1" })), first.storage);
    expect(again.outbox.pending).toBe(1);
    await settle();
    again.outbox.stop();
    const last = make(() => Promise.resolve({ editId: "e2" }), first.storage);
    await settle();
    expect([again.sent[0]!.key, last.sent.map(({ work }) => work)]).toEqual([key, [{ kind: "undo", editId: "e1", of: key }]]);
    expect(make(() => Promise.resolve({ editId: null }), first.storage).outbox.pending).toBe(0);
  });

  it("is the same request of every tab that knows of it", async () => {
    const storage = new MemoryStorage();
    let online = false;
    const send = () => (online ? Promise.resolve({ editId: "e1" }) : Promise.reject(new ApiFailure(0, "away")));
    const here = make(send, storage);
    here.outbox.add(user(1), HARMFUL, null);
    await settle();
    here.outbox.takeBack();
    const there = make(send, storage);
    await settle();
    online = true;
    await vi.advanceTimersByTimeAsync(5_000);
    const undone = [here, there].map(({ sent }) => sent.filter(({ work }) => work.kind === "undo").map(({ key }) => key));
    expect([undone[0]!.length, undone[0]]).toEqual([1, undone[1]]);
    expect(storage.length).toBe(1);
  });

  it("while it is being sent holds, whatever the answer is", async () => {
    for (const status of [0, 412, 403]) {
      let answer: () => void = () => undefined;
      const made = make((entry) => (made.sent.length > 1 ? Promise.resolve({ editId: `e${entry.user.id}` }) : new Promise((_, reject) => (answer = () => reject(new ApiFailure(status, "no"))))));
      made.outbox.add(user(1), HARMFUL, null);
      await settle();
      made.outbox.takeBack();
      answer();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(made.sent.map(({ work }) => work.kind)).toEqual(status === 0 ? ["verdict", "verdict", "undo"] : ["verdict"]);
      expect([states(made), made.outbox.pending]).toEqual([[status === 0 ? "undo done" : "verdict taken back"], 0]);
    }
  });

  it("ends with it when it is forgotten, or has become old and is refused", async () => {
    const made = make(() => Promise.reject(new ApiFailure(0, "away")));
    made.outbox.add(user(1), HARMFUL, null);
    await settle();
    made.outbox.takeBack();
    vi.setSystemTime(Date.now() + ASK_AFTER_MS + 1);
    expect(isTooOld(made.outbox.entries[0]!, Date.now())).toBe(true);
    await made.outbox.sendAgain(made.outbox.entries[0]!.key);
    expect([states(made), made.outbox.pending]).toEqual([["verdict taken back"], 1]);
    made.outbox.drop(made.outbox.entries[0]!.key);
    expect([states(made), made.outbox.pending]).toEqual([["verdict taken back"], 0]);
  });
});

describe("a verdict over another", () => {
  it("names the one that it replaces: what the answer before it said", async () => {
    const { outbox, sent, storage } = make(() => Promise.resolve({ editId: "e", etag: '"mine"' }));
    outbox.add(user(1), HARMFUL, null);
    await settle();
    expect(outbox.entries[0]!.newEtag).toBe('"mine"');
    expect(make(() => new Promise(() => undefined), storage).outbox.entries[0]!.newEtag).toBe('"mine"');
    outbox.add(user(1), SANE, verdict(true), outbox.entries[0]!.newEtag);
    await settle();
    expect(sent.at(-1)!.etag).toBe('"mine"');
  });

  it("is written over the one that was seen alone, where its tag is not known", async () => {
    let theirs = { verdict: verdict(true), etag: '"t1"' };
    let online = false;
    const send = () => (online ? Promise.resolve({ editId: "e" }) : Promise.reject(new ApiFailure(0, "away")));
    const { outbox, sent } = make(send, undefined, { readTheirs: () => Promise.resolve(theirs) });
    outbox.add(user(1), SANE, { ...verdict(true), classified_at: null });
    await settle();
    theirs = { verdict: verdict(false), etag: '"t2"' }; // it has arrived, but not its answer
    online = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent.map(({ etag }) => etag)).toEqual(['"t1"', '"t1"']);
    outbox.add(user(1), HARMFUL, { ...verdict(false), notes: "seen" });
    await settle();
    expect([sent.length, outbox.entries[1]!.state, outbox.entries[1]!.theirs]).toEqual([2, "conflict", theirs.verdict]);
  });

  it("that has become old, or failed, asks as it did at first", async () => {
    let status = 0;
    const { outbox, sent } = make(() => Promise.reject(new ApiFailure(status, "no")), undefined, { readTheirs: () => Promise.resolve({ verdict: verdict(false), etag: '"t2"' }) });
    const { key } = outbox.add(user(1), SANE, verdict(true), '"t1"');
    await settle();
    vi.setSystemTime(Date.now() + ASK_AFTER_MS + 1);
    status = 403;
    await outbox.sendAgain(key);
    await settle();
    expect([sent.at(-1)!.before, sent.at(-1)!.etag, sent.at(-1)!.key === key]).toEqual([verdict(true), '"t1"', false]);
    status = 412;
    await outbox.sendAgain(outbox.entries[0]!.key);
    await settle();
    expect([sent.at(-1)!.etag, outbox.entries.map(({ state }) => state)]).toEqual(['"t1"', ["conflict"]]);
  });

  it("stays a conflict where theirs cannot be read, and is sent once however often that is asked", async () => {
    let online = false;
    const theirs = { verdict: verdict(false), etag: '"t2"' };
    const { outbox, sent } = make((entry) => (entry.etag ? Promise.resolve({ editId: "e" }) : Promise.reject(new ApiFailure(412, "no"))), undefined, {
      readTheirs: () => (online ? Promise.resolve(theirs) : Promise.reject(new ApiFailure(0, "away"))),
    });
    const { key } = outbox.add(user(1), HARMFUL, null);
    await settle();
    const before = outbox.entries;
    await outbox.sendAgain(key);
    expect(outbox.entries).toEqual(before);
    online = true;
    await Promise.all([outbox.sendAgain(key), outbox.sendAgain(key)]);
    await settle();
    expect([sent.length, outbox.entries.map(({ state }) => state)]).toEqual([2, ["done"]]);
  });
});

describe("logging out", () => {
  it("sends nothing any more, neither later nor when the connection is back", async () => {
    const heard: Record<string, unknown> = {};
    vi.stubGlobal("addEventListener", (name: string, listener: unknown) => (heard[name] = listener));
    vi.stubGlobal("removeEventListener", (name: string, listener: unknown) => heard[name] === listener && delete heard[name]);
    const { outbox, sent, storage } = make(() => Promise.reject(new ApiFailure(0, "away")));
    outbox.add(user(1), HARMFUL, null);
    await settle();
    expect(Object.keys(heard)).toEqual(["online"]);
    outbox.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    await outbox.pump();
    expect([sent.length, heard, vi.getTimerCount(), storage.length]).toEqual([1, {}, 0, 1]);
    vi.unstubAllGlobals();
  });

  it("sends nothing after it was asked what is there", async () => {
    let answer: (theirs: Theirs) => void = () => undefined;
    const { outbox, sent } = make(() => Promise.resolve({ editId: "e" }), undefined, { readTheirs: () => new Promise((resolve) => (answer = resolve)) });
    outbox.add(user(1), HARMFUL, verdict(false));
    await settle();
    outbox.stop();
    answer({ verdict: verdict(false), etag: '"t"' });
    await settle();
    expect(sent).toEqual([]);
  });

  it("counts and empties what other tabs keep, too, and none of them brings it back", async () => {
    let answer: () => void = () => undefined;
    const storage = new MemoryStorage();
    const here = make(() => new Promise(() => undefined), storage);
    const there = make(() => new Promise((_, reject) => (answer = () => reject(new ApiFailure(0, "away")))), storage);
    there.outbox.add(user(1), HARMFUL, null);
    there.outbox.add(user(2), HARMFUL, null);
    here.outbox.add(user(3), HARMFUL, null);
    const other = make(() => new Promise(() => undefined), storage, { owner: "https://x.test 2" });
    other.outbox.add(user(4), HARMFUL, null);
    await settle();
    expect([here.outbox.pending, here.outbox.entries.length]).toEqual([3, 1]);
    here.outbox.empty();
    answer();
    await settle();
    expect([storage.length, here.outbox.pending, other.outbox.pending]).toEqual([1, 0, 1]);
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
  it("is sent in order, even where it was taken back if it may have arrived", () => {
    const arrived = { ...at("taken back"), isTried: true };
    expect(nextToSend([at("done"), at("taken back"), arrived, at("waiting")], Date.now())).toBe(arrived);
    expect([arrived, at("taken back"), at("conflict")].map(isPending)).toEqual([true, false, false]);
    expect([shownVerdict([arrived], 1), lastToUndo([arrived]), lastDecided([arrived], 10)]).toEqual([undefined, null, []]);
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

  it("begin with all that need the operator, of whatever kind", () => {
    const refused = [entry(1, HARMFUL, "conflict"), entry(2, { kind: "undo", editId: "e", of: "k" }, "failed"), entry(3, { kind: "unjudge" }, "failed")];
    const entries = [...refused, ...Array.from({ length: 12 }, (_, i) => entry(10 + i))];
    expect(lastDecided(entries, 5)).toEqual([refused[2], refused[1], refused[0], entries[14], entries[13]]);
    expect(lastDecided(entries, 2)).toEqual([refused[2], refused[1], refused[0]]);
    expect([words.triage.needsYou(1, "1"), words.triage.needsYou(3, "3")]).toEqual(["1 decision needs you", "3 decisions need you"]);
  });

  it("are others when one comes, fails or is taken back, not when one is sent", () => {
    const one = entry(1, HARMFUL, "waiting");
    const before = whichStand([one]);
    expect(whichStand([{ ...one, state: "done" }])).toBe(before);
    for (const entries of [[one, entry(2)], [{ ...one, state: "failed" as const }], [{ ...one, state: "taken back" as const }]]) expect(whichStand(entries)).not.toBe(before);
  });
});
