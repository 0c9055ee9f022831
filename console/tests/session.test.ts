import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Lease, STREAM_LEASE } from "../src/api/lease";
import { Session } from "../src/api/session";
import { MemoryStorage } from "./memory_storage";

const ROOT = "https://x.test";
const LIFE_S = 5;

/** Between tabs a message takes a moment. */
class Channel {
  static all: Channel[] = [];
  static log: unknown[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  constructor(readonly name: string) {
    Channel.all.push(this);
  }
  postMessage(data: unknown) {
    Channel.log.push(data);
    for (const other of Channel.all.filter((one) => one !== this && one.name === this.name)) setTimeout(() => other.onmessage?.({ data }), 2);
  }
}

let sent: string[];
let storage: MemoryStorage;
let answer: () => Promise<Response>;
const granted = () => new Promise<Response>((resolve) => setTimeout(() => resolve(Response.json({ access: `token ${sent.length}`, expires_in: LIFE_S })), 20));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("BroadcastChannel", Channel);
  vi.stubGlobal("fetch", (_: string, { method }: RequestInit) => (sent.push(method!), answer()));
  [Channel.all, Channel.log, sent, storage, answer] = [[], [], [], new MemoryStorage(), granted];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const open = (n = 1) => Array.from({ length: n }, () => new Session(storage, ROOT));
const begin = async (tabs: Session[]) => {
  for (const tab of tabs) void tab.start();
  await vi.advanceTimersByTimeAsync(400);
};
/** The tab that holds the stream of events, as others see it. */
const withStream = () => storage.setItem(`${STREAM_LEASE} ${ROOT}`, `other ${Date.now() + 3600_000}`);
const say = (data: unknown) => new Channel(`wdx.session ${ROOT}`).postMessage(data);

describe("several tabs", () => {
  it("refresh as often as one does, and always have a token that is valid", async () => {
    const tabs = open(5);
    await begin(tabs);
    let invalid = 0;
    for (let ms = 0; ms < 60_000; ms += 100) {
      await vi.advanceTimersByTimeAsync(100);
      const newest = `token ${sent.length}`;
      const before = `token ${sent.length - 1}`; // while the next one is on its way
      invalid += tabs.filter(({ access }) => access !== newest && access !== before).length;
    }
    expect(invalid).toBe(0);
    expect(sent.length).toBeGreaterThan(12);
    expect(sent.length).toBeLessThanOrEqual(16);
  });
  it("ask the others before the server, and never write a token down", async () => {
    const [first] = open();
    await begin([first!]);
    withStream();
    const [second] = open();
    void second!.start();
    await vi.advanceTimersByTimeAsync(10);
    expect([second!.state.kind, second!.access, sent]).toEqual(["in", "token 1", ["PUT"]]);
    expect(Array.from({ length: storage.length }, (_, i) => storage.getItem(storage.key(i)!)).join()).not.toContain("token");
  });
  it("do not wait for who is not there", async () => {
    const [alone, next] = open(2);
    void alone!.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual(["PUT"]);
    await vi.advanceTimersByTimeAsync(400);
    withStream();
    Channel.all.splice(0, 1); // killed
    void next!.start();
    await vi.advanceTimersByTimeAsync(250);
    expect(sent).toEqual(["PUT"]);
    await vi.advanceTimersByTimeAsync(100);
    expect([next!.access, sent]).toEqual(["token 2", ["PUT", "PUT"]]);
  });
  it("go on within seconds when the one that refreshes is killed while it does", async () => {
    const tabs = open(3);
    await begin(tabs);
    answer = () => new Promise(() => undefined); // it never learns of its answer
    await vi.advanceTimersByTimeAsync(LIFE_S * 1000 * 0.8);
    expect(sent.length).toBe(2);
    Channel.all.splice(0, 1);
    answer = granted;
    await vi.advanceTimersByTimeAsync(6000);
    expect(tabs.map(({ access }) => access)).toEqual(["token 1", `token ${sent.length}`, `token ${sent.length}`]);
    expect(sent.length).toBeLessThanOrEqual(4);
  });
  it("may refresh in the same moment", async () => {
    storage.getItem = () => null; // as if none saw the other's lease
    const tabs = open(3);
    await begin(tabs);
    expect(sent.length).toBe(3);
    expect(tabs.map(({ state }) => state.kind)).toEqual(["in", "in", "in"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(new Set(tabs.map(({ access }) => access)).size).toBe(1);
  });
  it("give out no token that has run out, and take none that is older than theirs", async () => {
    const [tab] = open();
    await begin([tab!]);
    say({ kind: "token", token: { access: "old", from: 0, until: Date.now() - 1 } });
    await vi.advanceTimersByTimeAsync(10);
    expect(tab!.access).toBe("token 1");
    answer = () => Promise.reject(new TypeError("no network"));
    await vi.advanceTimersByTimeAsync(LIFE_S * 1000);
    Channel.log = [];
    say({ kind: "ask" });
    await vi.advanceTimersByTimeAsync(10);
    expect(Channel.log).toEqual([{ kind: "ask" }]);
  });
  it("leave together, and a token that comes late lets nobody in again", async () => {
    const tabs = open(3);
    await begin(tabs);
    answer = () => Promise.resolve(new Response(null, { status: 204 }));
    await tabs[0]!.logout();
    await vi.advanceTimersByTimeAsync(10);
    say({ kind: "token", token: { access: "late", from: Date.now(), until: Date.now() + 60_000 } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tabs.map(({ state, access }) => [state.kind, access])).toEqual(Array(3).fill(["out", null]));
  });
  it("enter together", async () => {
    const tabs = open(3);
    answer = () => Promise.resolve(Response.json({ detail: "No." }, { status: 401 }));
    await begin(tabs);
    expect(tabs.map(({ state }) => state.kind)).toEqual(["out", "out", "out"]);
    answer = granted;
    void tabs[1]!.login("a", "b", "");
    await vi.advanceTimersByTimeAsync(1000);
    expect(tabs.map(({ state }) => state.kind)).toEqual(["in", "in", "in"]);
  });
  it("try again by themselves when the server was away", async () => {
    const tabs = open(2);
    await begin(tabs);
    answer = () => Promise.resolve(Response.json({ detail: "Later." }, { status: 503 }));
    await vi.advanceTimersByTimeAsync(8_000);
    answer = granted;
    await vi.advanceTimersByTimeAsync(4_000);
    expect(new Set(tabs.map(({ access }) => access))).toEqual(new Set([`token ${sent.length}`]));
  });
});

describe("a lease", () => {
  it("is one tab's until it is given back or has run out", async () => {
    const [one, two] = [new Lease(storage, "l", 1000), new Lease(storage, "l", 1000)];
    expect([one.take(), two.take(), two.isTaken, one.isTaken, one.take()]).toEqual([true, false, true, false, true]);
    two.release();
    expect(two.take()).toBe(false);
    one.release();
    expect([two.take(), one.take()]).toEqual([true, false]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(one.take()).toBe(true);
  });
  it("is everybody's where nothing can be stored", () => {
    storage.setItem = () => { throw new Error("full"); };
    expect([new Lease(storage, "l", 1000).take(), new Lease(storage, "l", 1000).take()]).toEqual([true, true]);
  });
});
