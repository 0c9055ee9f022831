/** What the pages ask the server: a key by which it is remembered, and how it is fetched. */
import { chance, type Judged } from "../model/again";
import type { Alert } from "../model/alerts";
import type { BulkBody } from "../model/bulk";
import type { PlanBody } from "../model/plans";
import type * as model from "../model/types";
import { take, type Client } from "./client";

export interface Ask<T> {
  queryKey: readonly unknown[];
  queryFn: (context: { signal: AbortSignal }) => Promise<T>;
  staleTime?: number;
}

/** A list of any length: `pageParam` is the cursor of a page, null of the first. */
export interface AskPages<Row> {
  queryKey: readonly unknown[];
  queryFn: (context: { signal: AbortSignal; pageParam: string | null }) => Promise<model.Page<Row>>;
  staleTime?: number;
}

const MINUTE = 60_000;
const PAGE = 100;
/** Of a wave so many are shown: no page has more. */
export const WAVE_SHOWN = 1000;
const JUDGED = 50;
const CARD_FIELDS = "id,account_id,handle,username,bio,created_at,following_count,followers_count,featured_url,follower";

/** Which answers a changed table makes old. */
export const MADE_OF: Record<string, readonly string[]> = {
  classification: ["stats", "summary", "audience", "cohorts", "users", "user", "history", "calibration", "logs", "edits", "wave"],
  actions: ["stats", "actions", "user-actions", "logs", "edits"],
  users: ["stats", "triage", "summary", "audience", "cohorts", "users", "user", "signals", "changes", "quality", "wave"],
  posts: ["stats", "posts", "signals", "quality"],
  accounts: ["accounts"],
  snoozes: ["triage", "summary", "edits"],
  planned_actions: ["plans", "plan-count", "plan-preview", "logs", "edits"],
  exemptions: ["exemptions", "plan-preview", "logs", "edits"],
  alerts: ["alerts", "logs"],
  preferences: ["preferences"],
};

export function asks(client: Client, corrected: boolean) {
  const ask = <T>(queryKey: readonly unknown[], get: (signal: AbortSignal) => Promise<{ data?: unknown }>, staleTime = MINUTE): Ask<T> => ({
    queryKey, staleTime, queryFn: ({ signal }) => take<T>(get(signal)),
  });
  const of = (handle: string) => ({ path: { handle } });
  const query = (values: Record<string, unknown>): never => values as never; // lookups are too many for the document's types
  const pages = <Row>(queryKey: readonly unknown[], get: (page: object, signal: AbortSignal) => Promise<{ data?: unknown }>, staleTime = MINUTE): AskPages<Row> => ({
    queryKey, staleTime,
    queryFn: ({ signal, pageParam }) => take<model.Page<Row>>(get({ page_size: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) }, signal)),
  });
  const fix = corrected ? { corrected: true } : {};
  const counted = new Map<string, { etag: string; data: model.Statistics }>();
  return {
    me: () => ask<model.Me>(["me"], (signal) => client.GET("/api/me/", { signal })),
    server: () => ask<model.Server>(["server"], (signal) => client.GET("/api/server/", { signal })),
    accounts: () => ask<model.Account[]>(["accounts"], (signal) => client.GET("/api/accounts/", { signal })),
    /** What has not changed since the last time is not counted again. */
    stats: (handle: string): Ask<model.Statistics> => ({
      queryKey: ["stats", handle, corrected], staleTime: MINUTE,
      queryFn: async ({ signal }) => {
        const before = counted.get(handle);
        const header = before ? { "If-None-Match": before.etag } : {};
        const { data, response } = await client.GET("/api/accounts/{handle}/stats/", { params: { ...of(handle), query: query(fix), header }, signal });
        if (response.status === 304 && before) return before.data;
        counted.set(handle, { etag: response.headers.get("ETag") ?? "", data: data as model.Statistics });
        return data as model.Statistics;
      },
    }),
    history: (handle: string, from: string) =>
      ask<model.History>(["history", handle, from], (signal) => client.GET("/api/accounts/{handle}/history/", { params: { ...of(handle), query: query({ from }) }, signal })),
    audience: (handle: string) => ask<model.Audience>(["audience", handle], (signal) => client.GET("/api/accounts/{handle}/audience/", { params: of(handle), signal })),
    changes: (handle: string, since: string, until?: string) =>
      ask<model.Changes>(["changes", handle, since, until], (signal) => client.GET("/api/accounts/{handle}/changes/", { params: { ...of(handle), query: { since, until } }, signal })),
    cohorts: (handle: string) => ask<model.Cohort[]>(["cohorts", handle], (signal) => client.GET("/api/accounts/{handle}/cohorts/", { params: of(handle), signal })),
    quality: (handle: string) => ask<model.DataFault[]>(["quality", handle], (signal) => client.GET("/api/accounts/{handle}/data-quality/", { params: of(handle), signal })),
    summary: (handle: string) => ask<model.TriageSummary>(["summary", handle], (signal) => client.GET("/api/accounts/{handle}/triage/summary/", { params: of(handle), signal })),
    triage: (handle: string, limit: number) =>
      ask<model.TriageItem[]>(["triage", handle, limit], (signal) => client.GET("/api/accounts/{handle}/triage/", { params: { ...of(handle), query: query({ limit }) }, signal }), 0),
    /** Some who were judged, from a place of the list that is another one every day. */
    judged: (account: number, day: string): Ask<Judged[]> => ({
      queryKey: ["judged", account, day, corrected], staleTime: Infinity,
      queryFn: async ({ signal }) => {
        const page = (more: object) => take<model.Page<Judged>>(client.GET("/api/users/", { params: { query: query({ account_id: account, classification: "harmful,inactive,sane", ordering: "id", ...fix, ...more }) }, signal }));
        const { count } = await page({ limit: 1, fields: "id" });
        const offset = chance(account, day) % Math.max(1, (count ?? 0) - JUDGED);
        return (await page({ limit: JUDGED, offset, count: "none", fields: `${CARD_FIELDS},same_person,classification,risk,rank` })).results;
      },
    }),
    calibration: (handle: string) => ask<model.Calibration>(["calibration", handle], (signal) => client.GET("/api/accounts/{handle}/calibration/", { params: of(handle), signal })),
    user: (id: number) => ask<model.UserDetail>(["user", id, corrected], (signal) => client.GET("/api/users/{id}/", { params: { path: { id } }, signal })),
    signals: (id: number) => ask<model.UserSignals>(["signals", id], (signal) => client.GET("/api/users/{id}/signals/", { params: { path: { id } }, signal })),
    rules: () => ask<model.SignalRules>(["rules"], (signal) => client.GET("/api/signals/", { signal }), Infinity),
    posts: (id: number, limit: number) =>
      ask<model.Page<model.Post>>(["posts", id, limit, corrected], (signal) =>
        client.GET("/api/users/{id}/posts/", { params: { path: { id }, query: query({ limit, ordering: "-timestamp", ...fix }) }, signal })),
    userActions: (id: number) =>
      ask<model.Page<model.Action>>(["user-actions", id], (signal) => client.GET("/api/actions/", { params: { query: query({ user_id: id, limit: 50, ordering: "-timestamp" }) }, signal })),
    actions: (account: number) =>
      pages<model.Action>(["actions", account], (page, signal) => client.GET("/api/actions/", { params: { query: query({ account_id: account, ordering: "-timestamp", ...page }) }, signal })),
    edits: () => pages<model.Edit>(["edits"], (page, signal) => client.GET("/api/edits/", { params: { query: query({ ordering: "-id", ...page }) }, signal }), 0),
    /** Those of some edits that were taken back. */
    undone: (ids: readonly string[]) =>
      ask<model.Page<{ id: string }>>(["edits", "undone", ids], (signal) => client.GET("/api/edits/", { params: { query: query({ id__in: ids.join(","), undone_by__isnull: false, fields: "id", limit: PAGE, count: "none" }) }, signal }), 0),
    users: (values: Record<string, unknown>) =>
      ask<model.Page<model.UserDetail>>(["users", values, corrected], (signal) => client.GET("/api/users/", { params: { query: query({ ...values, ...fix }) }, signal })),
    logPages: (values: Record<string, unknown>) =>
      pages<model.LogEntry>(["logs", "pages", values], (page, signal) => client.GET("/api/logs/", { params: { query: query({ ...values, ordering: "-id", ...page }) }, signal }), 0),
    logs: (values: Record<string, unknown>) => ask<model.Page<model.LogEntry>>(["logs", values], (signal) => client.GET("/api/logs/", { params: { query: query(values) }, signal }), 0),
    wave: (id: string) =>
      ask<model.Page<model.UserDetail & { risk?: number | null }>>(["wave", id, corrected], (signal) =>
        client.GET("/api/users/", { params: { query: query({ cohort: id, limit: WAVE_SHOWN, count: "none", expand: "classification", fields: `${CARD_FIELDS},risk`, ...fix }) }, signal })),
    bulkPreview: (body: BulkBody) =>
      ask<model.BulkPreview>(["bulk-preview", body], (signal) => client.POST("/api/classifications/", { body: { ...body, dry_run: true }, signal }), 0),
    plans: (account: number, state: string | undefined) =>
      pages<model.PlannedAction>(["plans", account, state], (page, signal) => client.GET("/api/planned-actions/", { params: { query: query({ account_id: account, state, ordering: "-id", ...page }) }, signal })),
    planCount: (account: number, state: string) =>
      ask<model.Page<model.PlannedAction>>(["plan-count", account, state], (signal) => client.GET("/api/planned-actions/", { params: { query: query({ account_id: account, state, limit: 1, fields: "id" }) }, signal })),
    planPreview: (body: PlanBody) =>
      ask<model.BulkPreview>(["plan-preview", body], (signal) => client.POST("/api/planned-actions/", { body: { ...body, dry_run: true }, signal }), 0),
    exemptions: () => ask<model.Page<model.Exemption>>(["exemptions"], (signal) => client.GET("/api/exemptions/", { params: { query: query({ limit: 1000, ordering: "handle" }) }, signal })),
    alerts: () => ask<model.Page<Alert>>(["alerts"], (signal) => client.GET("/api/alerts/", { params: { query: query({ limit: 20 }) }, signal }), 0),
    sessions: () => ask<model.Session[]>(["sessions"], (signal) => client.GET("/api/sessions/", { signal }), 0),
  };
}
export type Asks = ReturnType<typeof asks>;
