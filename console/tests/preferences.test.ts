import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failureOf, offlineFailure } from "../src/api/failure";
import { PreferenceStore } from "../src/api/preferences";
import { DEFAULTS, NO_AGREEMENT, type Preferences } from "../src/model/preferences";
import { MemoryStorage } from "./memory_storage";

/** What the server keeps for one operator, and how it answers. */
class Server {
  body: Partial<Preferences> = {};
  version = 1;
  isAway = false;
  puts: { match: string | null; body: Preferences }[] = [];
  asked: string[] = [];
  /** Answers that are held back, in the order of the requests. */
  held: (() => void)[] | null = null;

  readonly send = async (request: Request): Promise<Response> => {
    this.asked.push(request.method);
    const text = await request.text();
    const response = this.isAway ? null : this.#answer(request, text);
    if (this.held) await new Promise<void>((resolve) => this.held!.push(resolve));
    if (!response) throw offlineFailure();
    if (!response.ok) throw await failureOf(response);
    return response;
  };

  change(body: Partial<Preferences>): void {
    this.body = { ...this.body, ...body };
    this.version++;
  }

  #answer({ method, headers }: Request, text: string): Response {
    if (method === "PUT") {
      const match = headers.get("If-Match");
      if (match !== null && match !== `"${this.version}"`) return Response.json({ detail: "Precondition failed." }, { status: 412 });
      const body = JSON.parse(text) as Preferences;
      this.puts.push({ match, body });
      this.change(body);
    }
    return Response.json(this.body, { headers: { ETag: `"${this.version}"` } });
  }
}

let server: Server;
let storage: MemoryStorage;
const open = (of = server) => new PreferenceStore(of.send, "https://x.test/api/preferences/", storage);
const FILTER = [{ name: "mine", query: { search: "a" } }];

beforeEach(() => {
  vi.useFakeTimers();
  [server, storage] = [new Server(), new MemoryStorage()];
});
afterEach(() => void vi.useRealTimers());

describe("preferences", () => {
  it("keep a change that waits to be saved when they are loaded meanwhile", async () => {
    const store = open();
    await store.begin("1");
    store.set({ density: "dense" });
    server.change({ account: "bob" });
    await store.load();
    expect(store.value).toEqual({ ...DEFAULTS, density: "dense", account: "bob" });
    await vi.advanceTimersByTimeAsync(800);
    expect(server.puts).toEqual([{ match: '"2"', body: { ...DEFAULTS, density: "dense", account: "bob" } }]);
  });

  it("are loaded before the first is saved, however late that is", async () => {
    server.body = { filters: FILTER, columns: ["bio"] };
    server.isAway = true;
    const store = open();
    await store.begin("1");
    store.set({ theme: "dark" });
    await vi.advanceTimersByTimeAsync(5_000);
    expect([server.puts, server.asked]).toEqual([[], ["GET", "GET"]]);
    server.isAway = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.puts).toEqual([{ match: '"1"', body: { ...DEFAULTS, filters: FILTER, columns: ["bio"], theme: "dark" } }]);
    expect(store.value.filters).toEqual(FILTER);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.puts).toHaveLength(1);
  });

  it("that were made of nothing known yet replace no lists or counts", async () => {
    server.body = { visit: { last: "2026-11-26", before: "2026-11-20" }, agreement: { ...NO_AGREEMENT, total: 40 } };
    const store = open();
    const loaded = store.begin("1");
    store.set({ visit: { last: "2026-11-30", before: "" }, agreement: { ...NO_AGREEMENT, total: 1 }, filters: FILTER });
    await loaded;
    await vi.advanceTimersByTimeAsync(800);
    expect(server.puts.map(({ body: { visit, agreement, filters } }) => [visit.last, agreement.total, filters])).toEqual([["2026-11-26", 40, FILTER]]);
  });

  it("keep a newer change when the answer to an older one, or its event, comes", async () => {
    const store = open();
    await store.begin("1");
    store.set({ density: "dense", agreement: { ...NO_AGREEMENT, total: 1 } });
    server.held = [];
    await vi.advanceTimersByTimeAsync(800);
    store.set({ agreement: { ...NO_AGREEMENT, total: 2 } });
    const heard = store.load();
    const answer = async () => (server.held!.shift()!(), await vi.advanceTimersByTimeAsync(0));
    await answer();
    await answer();
    await heard;
    expect([store.value.agreement.total, store.value.density]).toEqual([2, "dense"]);
    server.held = null;
    await vi.advanceTimersByTimeAsync(800);
    expect(server.puts.map(({ match, body }) => [match, body.agreement.total])).toEqual([['"1"', 1], ['"2"', 2]]);
    await vi.advanceTimersByTimeAsync(60_000);
    server.change({ density: "comfortable" });
    await store.load();
    expect(store.value.density).toBe("comfortable"); // what was saved is no wish any more
  });

  it("keep what another browser changed at the same time", async () => {
    const store = open();
    await store.begin("1");
    server.change({ filters: FILTER, theme: "light" });
    store.set({ theme: "dark" });
    await vi.advanceTimersByTimeAsync(1_600);
    expect(server.body).toMatchObject({ filters: FILTER, theme: "dark" });
    expect(store.value).toMatchObject({ filters: FILTER, theme: "dark" });
  });

  it("are saved later when the server is away, and not again where it does not want them", async () => {
    const store = open();
    await store.begin("1");
    server.isAway = true;
    store.set({ theme: "dark" });
    await vi.advanceTimersByTimeAsync(800);
    server.isAway = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.body.theme).toBe("dark");
    const none = new PreferenceStore(async () => Promise.reject(await failureOf(new Response(null, { status: 404 }))), "https://x.test/", storage);
    await none.begin("2");
    none.set({ theme: "light" });
    await vi.advanceTimersByTimeAsync(800);
    expect([none.value.theme, vi.getTimerCount()]).toEqual(["light", 0]);
  });
});

describe("the copy in this browser", () => {
  it("is each operator's own, and of the last one the look alone is seen before the login", async () => {
    const first = open();
    await first.begin("1");
    first.set({ filters: FILTER, theme: "dark", density: "dense" });
    await vi.advanceTimersByTimeAsync(800);
    first.end();
    expect(first.value).toEqual({ ...DEFAULTS, theme: "dark", density: "dense" });
    expect(open().value).toEqual({ ...DEFAULTS, theme: "dark", density: "dense" });

    const away = new Server();
    away.isAway = true;
    const other = open(away);
    await other.begin("2");
    expect(other.value.filters).toEqual([]);
    const again = open(away);
    await again.begin("1");
    expect(again.value).toMatchObject({ filters: FILTER, theme: "dark" });
  });

  it("gives way to the defaults where the server keeps nothing yet", async () => {
    storage.setItem("wdx.preferences", JSON.stringify({ ...DEFAULTS, theme: "dark", filters: FILTER })); // of an earlier version
    const store = open();
    expect(store.value).toEqual({ ...DEFAULTS, theme: "dark" });
    await store.begin("1");
    expect(store.value).toEqual(DEFAULTS);
    expect(storage.getItem("wdx.preferences")).not.toContain("mine");
  });

  it("takes nothing that comes after its operator has left", async () => {
    const store = open();
    server.body = { filters: FILTER };
    server.held = [];
    const loaded = store.begin("1");
    store.set({ theme: "dark" });
    await vi.advanceTimersByTimeAsync(800);
    store.end();
    server.held.forEach((answer) => answer());
    await loaded;
    await vi.advanceTimersByTimeAsync(60_000);
    expect([store.value.filters, server.asked, storage.getItem("wdx.preferences.1")]).toEqual([[], ["GET"], JSON.stringify({ ...DEFAULTS, theme: "dark" })]);
  });
});
