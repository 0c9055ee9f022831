import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Services } from "../src/app/services";
import { MemoryStorage } from "./memory_storage";

let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  const quiet = { addEventListener: () => undefined, removeEventListener: () => undefined, BroadcastChannel: undefined };
  const paint = { requestAnimationFrame: (work: () => void) => setTimeout(work), cancelAnimationFrame: clearTimeout };
  for (const [name, value] of Object.entries({ ...quiet, ...paint, document: { baseURI: "https://x.test/admin/" }, localStorage: new MemoryStorage() })) vi.stubGlobal(name, value);
  vi.stubGlobal("fetch", ({ method, url }: Request) => (asked.push(`${method} ${new URL(url).pathname}`), Promise.reject(new TypeError("no network"))));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("nothing of who has logged out is sent in the name of who logs in next", async () => {
  const services = new Services();
  services.begin(1);
  services.preferences.set({ theme: "dark" });
  services.outbox!.add({ id: 7, handle: "a" }, { kind: "verdict", harmful: true, inactive: false, notes: null, sampled: false }, null);
  await vi.advanceTimersByTimeAsync(200);
  const { outbox } = services;
  expect(asked).toContain("PUT /api/users/7/classification/");
  services.end();
  services.begin(2);
  asked = [];
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked.filter((line) => line.startsWith("PUT"))).toEqual([]);
  expect([outbox!.pending, services.outbox!.pending]).toEqual([1, 0]);
  services.end();
  services.begin(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toContain("PUT /api/users/7/classification/");
  services.end();
});
