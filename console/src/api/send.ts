/** How each kind of decision is sent. */
import { isSameVerdict, type Entry, type Work } from "../model/outbox";
import type { Verdict } from "../model/types";
import { isStatus, type Fetch } from "./client";
import { ApiFailure } from "./failure";

export interface Sent {
  editId: string | null;
  /** Of the verdict that is there now. */
  etag: string | null;
}

interface Plan {
  method: string;
  path: string;
  body?: unknown;
  condition?: [string, string];
}

function planOf(entry: Entry, work: Exclude<Work, { kind: "made" }>): Plan {
  const verdict = `/api/users/${entry.user.id}/classification/`;
  switch (work.kind) {
    case "verdict": {
      const { harmful, inactive, notes, sampled } = work;
      const body = sampled ? { harmful, inactive, notes, sampled } : { harmful, inactive, notes };
      const condition: [string, string] | undefined = entry.before ? (entry.etag ? ["If-Match", entry.etag] : undefined) : ["If-None-Match", "*"];
      return { method: "PUT", path: verdict, body, condition };
    }
    case "unjudge":
      return { method: "DELETE", path: verdict };
    case "action":
      return { method: "POST", path: "/api/actions/", body: { user_id: entry.user.id, action_type: work.actionType, notes: work.notes } };
    case "later":
      return { method: "POST", path: "/api/snoozes/", body: { user_ids: [entry.user.id], until: work.until } };
    case "bulk":
      return { method: "POST", path: "/api/classifications/", body: { user_ids: work.userIds, harmful: work.harmful, inactive: work.inactive } };
    case "undo":
      return { method: "POST", path: `/api/edits/${work.editId}/undo/`, body: {} };
  }
}

/** @throws ApiFailure: 412 when somebody else decided meanwhile */
export async function sendEntry(send: Fetch, root: string, entry: Entry): Promise<Sent> {
  if (entry.work.kind === "made") return { editId: entry.editId, etag: null };
  const plan = planOf(entry, entry.work);
  const headers: Record<string, string> = { "Idempotency-Key": entry.key };
  if (plan.body !== undefined) headers["Content-Type"] = "application/json";
  if (plan.condition) headers[plan.condition[0]] = plan.condition[1];
  const body = plan.body === undefined ? null : JSON.stringify(plan.body);
  try {
    const response = await send(new Request(root + plan.path, { method: plan.method, headers, body }));
    await response.text(); // a body that nobody reads keeps its connection
    return { editId: response.headers.get("X-Edit-ID"), etag: response.headers.get("ETag") };
  } catch (error) {
    if (entry.work.kind === "unjudge" && isStatus(error, 404)) return { editId: null, etag: null }; // nothing is left to remove
    throw error;
  }
}

/** The verdict as it is at the server, and its tag for If-Match. */
export interface Theirs {
  verdict: Verdict | null;
  etag: string | null;
}

export async function readVerdict(send: Fetch, root: string, userId: number): Promise<Theirs> {
  try {
    const response = await send(new Request(`${root}/api/users/${userId}/classification/`));
    return { verdict: (await response.json()) as Verdict, etag: response.headers.get("ETag") };
  } catch (error) {
    if (isStatus(error, 404)) return { verdict: null, etag: null };
    throw error;
  }
}

/**
 * The tag of the verdict that it replaces. Where that is not known, the verdict that was seen has to be there still.
 * @throws ApiFailure: 412 when it is not
 */
export async function etagFor({ work, before, etag, user }: Entry, readTheirs: (userId: number) => Promise<Theirs>): Promise<string | null> {
  if (work.kind !== "verdict" || !before || etag) return etag;
  const theirs = await readTheirs(user.id);
  if (!isSameVerdict(theirs.verdict, before)) throw new ApiFailure(412, "Precondition failed.");
  return theirs.etag;
}
