import type { paths } from "#schema";
import createClient from "openapi-fetch";
import { describe, expect, it } from "vitest";
import { apiRoot, authorizedFetch } from "../src/api/client";
import { ApiFailure, failureOf, sentenceOf } from "../src/api/failure";
import { asks } from "../src/api/queries";
import { sendEntry } from "../src/api/send";
import type { Session } from "../src/api/session";
import { newEntry, type Work } from "../src/model/outbox";

const json = (status: number, body: unknown, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers });

function session(access: string | null, refreshed: string) {
  const self = { access, refreshes: 0, refresh: async () => void (self.refreshes++, (self.access = refreshed)) };
  return self as typeof self & Session;
}

describe("a request", () => {
  it("goes to the API beside the page, under any prefix", () => {
    expect(apiRoot("https://x.test/admin/")).toBe("https://x.test");
    expect(apiRoot("https://x.test/a/b/admin/?q")).toBe("https://x.test/a/b");
  });
  it("carries the token, and is sent once more with a new one when that has expired", async () => {
    const seen: (string | null)[] = [];
    const own = session("old", "new");
    const send = authorizedFetch(own, (request) => {
      seen.push(request.headers.get("Authorization"));
      return Promise.resolve(json(seen.at(-1) === "Bearer new" ? 200 : 401, {}));
    });
    await Promise.all([send(new Request("http://x.test/a")), send(new Request("http://x.test/b", { method: "POST", body: "{}" }))]);
    expect(seen.filter((one) => one === "Bearer new")).toHaveLength(2);
    expect(own.access).toBe("new");
  });
  it("fails with the server's words, the request id and when to come back", async () => {
    const send = authorizedFetch(session("a", "a"), () => Promise.resolve(json(503, { detail: "Later." }, { "X-Request-ID": "r1", "Retry-After": "5" })));
    const failure = (await send(new Request("http://x.test/")).catch((error: unknown) => error)) as ApiFailure;
    expect(failure).toMatchObject({ status: 503, message: "Later.", requestId: "r1", retryAfter: 5, isPassing: true });
  });
  it("says that nobody answered where nobody did", async () => {
    const send = authorizedFetch(session("a", "a"), () => Promise.reject(new TypeError("fetch failed")));
    await expect(send(new Request("http://x.test/"))).rejects.toMatchObject({ status: 0, isOffline: true });
  });
  it("for figures that have not changed has them from the last answer", async () => {
    const asked: (string | null)[] = [];
    const tags = ["t1", "t1", "t2"];
    const send = authorizedFetch(session("a", "a"), (request) => {
      const tag = `"${tags[asked.length]!}"`;
      asked.push(request.headers.get("If-None-Match"));
      return Promise.resolve(asked.at(-1) === tag ? new Response(null, { status: 304, headers: { ETag: tag } }) : json(200, { n: tag }, { ETag: tag }));
    });
    const look = asks(createClient<paths>({ baseUrl: "http://x.test", fetch: send }), false).stats("a").queryFn;
    const answers = [];
    for (const _ of tags) answers.push(await look({ signal: new AbortController().signal }));
    expect(answers).toEqual([{ n: '"t1"' }, { n: '"t1"' }, { n: '"t2"' }]);
    expect(asked).toEqual([null, '"t1"', '"t1"']);
  });
  it("shows no page of a proxy", async () => {
    expect((await failureOf(new Response("<html>", { status: 502, statusText: "Bad Gateway" }))).message).toBe("Bad Gateway");
  });
});

describe("DRF's errors", () => {
  it("are one sentence", () => {
    expect(sentenceOf({ detail: "No." })).toBe("No.");
    expect(sentenceOf({ harmful: ["Must be a valid boolean."], notes: ["Too long."] })).toBe("harmful: Must be a valid boolean. notes: Too long.");
    expect(sentenceOf({ non_field_errors: ["Token is blacklisted"] })).toBe("Token is blacklisted");
    expect(sentenceOf({ user_ids: { "0": ["A valid integer is required."] } })).toBe("user_ids: 0: A valid integer is required.");
    expect(sentenceOf(null)).toBeNull();
  });
});

describe("a decision", () => {
  const verdict: Work = { kind: "verdict", harmful: true, inactive: false, notes: "n", sampled: true };
  const before = { harmful: false, inactive: false, notes: null, classified_at: null };
  async function sentOf(work: Work, had: typeof before | null = null, etag: string | null = null) {
    let seen: Request | undefined;
    const entry = newEntry({ id: 7, handle: "a" }, work, had, etag);
    const answer = await sendEntry((request) => ((seen = request), Promise.resolve(json(200, {}, { "X-Edit-ID": "e1", ETag: '"new"' }))), "http://x.test/p", entry);
    const { method, url, headers } = seen!;
    return { line: `${method} ${url}`, body: await seen!.text(), key: headers.get("Idempotency-Key") === entry.key, match: headers.get("If-Match"), none: headers.get("If-None-Match"), answer };
  }
  it("creates only where there was none, and replaces only what was seen", async () => {
    expect(await sentOf(verdict)).toEqual({ line: "PUT http://x.test/p/api/users/7/classification/", body: '{"harmful":true,"inactive":false,"notes":"n","sampled":true}', key: true, match: null, none: "*", answer: { editId: "e1", etag: '"new"' } });
    expect(await sentOf(verdict, before, '"t"')).toMatchObject({ match: '"t"', none: null });
    expect(await sentOf({ ...verdict, sampled: false }, before)).toMatchObject({ body: '{"harmful":true,"inactive":false,"notes":"n"}', match: null, none: null });
  });
  it("of each kind has its route", async () => {
    expect((await sentOf({ kind: "unjudge" })).line).toBe("DELETE http://x.test/p/api/users/7/classification/");
    expect(await sentOf({ kind: "action", actionType: "block", notes: null })).toMatchObject({ line: "POST http://x.test/p/api/actions/", body: '{"user_id":7,"action_type":"block","notes":null}' });
    expect(await sentOf({ kind: "later", until: "2026-12-07T00:00:00Z" })).toMatchObject({ line: "POST http://x.test/p/api/snoozes/", body: '{"user_ids":[7],"until":"2026-12-07T00:00:00Z"}' });
    expect((await sentOf({ kind: "undo", editId: "e9", of: "k" })).line).toBe("POST http://x.test/p/api/edits/e9/undo/");
  });
});
