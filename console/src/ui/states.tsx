/** Every face of something that is fetched: loading, empty, failed, waiting its turn, offline, and there. */
import type { QueryObserverResult } from "@tanstack/query-core";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { words } from "../model/words";

/** What an ApiFailure tells; other errors tell their message alone. */
interface Told extends Error {
  status?: number;
  requestId?: string | null;
  retryAfter?: number | null;
}

const SKELETON_MS = 150;
const DEFAULT_WAIT = 5;

export function Skeleton({ rows = 4 }: { rows?: number }) {
  const [shown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), SKELETON_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return <div class="skeleton hidden" />;
  return (
    <div class="skeleton" role="status" aria-label={words.states.loading}>
      {Array.from({ length: rows }, (_, i) => <i key={i} class={`w${(i * 7) % 4}`} />)}
    </div>
  );
}

export function Empty({ title, why, children }: { title: string; why?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {why && <p>{why}</p>}
      {children}
    </div>
  );
}

/** Counts down and tries again by itself. */
function Countdown({ seconds, onEnd }: { seconds: number; onEnd: () => void }) {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    if (left <= 0) return onEnd();
    const timer = setTimeout(() => setLeft(left - 1), 1000);
    return () => clearTimeout(timer);
  }, [left]);
  return <p role="timer" aria-live="off">{words.states.countdown(String(Math.max(0, left)))}</p>;
}

/** The core's schema is of a generation that does not have it: nothing to try again. */
function isNoTable({ status, message }: Told): boolean {
  return status === 404 && message.includes(" has no table ");
}

export function Failure({ error, again }: { error: Told; again: () => void }) {
  const { status, requestId, retryAfter } = error;
  const passes = status === 429 || status === 503;
  const title = status === 0 ? (navigator.onLine ? words.states.unreachable : words.states.offline) : status === 429 ? words.states.limited : status === 503 ? words.states.busy : words.states.failed;
  useEffect(() => {
    if (status !== 0) return;
    addEventListener("online", again);
    return () => removeEventListener("online", again);
  }, [status]);
  if (isNoTable(error)) return <Empty title={words.states.noTable} why={error.message} />;
  return (
    <div class="failure" role="alert">
      <strong>{title}</strong>
      <p>{status === 0 ? words.states.offlineWhy : error.message}</p>
      {passes && <Countdown key={error.message + String(retryAfter)} seconds={Math.ceil(retryAfter ?? DEFAULT_WAIT)} onEnd={again} />}
      <p><button type="button" onClick={again}>{words.states.again}</button></p>
      {requestId && <p class="note mono">{words.states.request(requestId)}</p>}
    </div>
  );
}

/** What is shown is from before: it could not be read again. */
function NotRead({ error, again }: { error: Told; again: () => void }) {
  return (
    <p class="notice" role="status">
      {words.states.notRead} {error.status === 0 ? words.states.unreachable : error.message}{error.requestId ? ` (${words.states.request(error.requestId)})` : ""}{" "}
      <button type="button" onClick={again}>{words.states.again}</button>
    </p>
  );
}

interface StatesProps<T> {
  of: QueryObserverResult<T, Error>;
  rows?: number;
  /** Of a page that has its heading from what is fetched: so that it has one before, too. */
  title?: string;
  empty?: ComponentChildren;
  isEmpty?: (data: T) => boolean;
  children: (data: T) => ComponentChildren;
}

export function States<T>({ of, rows, title, empty, isEmpty, children }: StatesProps<T>) {
  if (of.data === undefined) {
    return (
      <>
        {title && <h1 class="sr">{title}</h1>}
        {of.error ? <Failure error={of.error} again={() => void of.refetch()} /> : <Skeleton rows={rows} />}
      </>
    );
  }
  const nothing = isEmpty ? isEmpty(of.data) : Array.isArray(of.data) && of.data.length === 0;
  return (
    <>
      {of.isError && <NotRead error={of.error} again={() => void of.refetch()} />}
      {nothing && empty !== undefined ? empty : children(of.data)}
    </>
  );
}
