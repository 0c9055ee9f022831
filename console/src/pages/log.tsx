/** The log: what the server did and what went wrong, with before and after of each change. */
import { useState } from "preact/hooks";
import { differencesOf, eventName, filterOf, type LogKind } from "../model/log";
import { hashOf } from "../model/place";
import type { LogEntry } from "../model/types";
import { words } from "../model/words";
import { replaceHash } from "../ui/hash";
import { Kbd, useKeys } from "../ui/keys";
import { Choices, Foreign, Tag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Empty, States } from "../ui/states";
import { useUndo } from "./undo";
import { useConsole } from "./use_console";
import { useUserLinks } from "./user_links";

const KINDS: readonly LogKind[] = ["all", "changes", "logins", "errors"];
const FIRST = 60;
const MORE = 200;
const MOST = 1000; // of a page of the API
const FOLLOW_MS = 2000;

export function LogPage({ query }: { query: Record<string, string> }) {
  const { ask } = useConsole();
  const kind = KINDS.find((one) => one === query.kind) ?? "all";
  const [limit, setLimit] = useState(FIRST);
  const [follows, setFollows] = useState(false);
  const logs = useQuery(ask.logs({ ...filterOf(kind), limit, ordering: "-id" }), { keep: true, every: follows && FOLLOW_MS });
  const linkTo = useUserLinks((logs.data?.results ?? []).map(({ user_id }) => user_id));
  useKeys({ follow: () => setFollows(!follows) });
  return (
    <>
      <div class="head">
        <h1>{words.log.title}</h1>
        <div class="row">
          <Choices label={words.log.title} value={kind} options={KINDS.map((one) => [one, words.log[one]] as const)} onChange={(next) => replaceHash(hashOf("log", { kind: next === "all" ? undefined : next }))} />
          <button type="button" aria-pressed={follows} onClick={() => setFollows(!follows)}>{follows ? words.log.following : words.log.follow} <Kbd of="follow" /></button>
        </div>
      </div>
      <States of={logs} rows={12} isEmpty={({ results }) => results.length === 0} empty={<Empty title={words.log.none} why={words.log.noneWhy} />}>
        {({ results, count }) => (
          <div class="card">
            {results.map((entry, i) => <Entry key={entry.id} entry={entry} linkTo={linkTo} isFirst={entry.edit_id !== null && entry.edit_id !== results[i - 1]?.edit_id} onUndone={() => void logs.refetch()} />)}
            {(count ?? 0) > results.length && results.length < MOST && <p class="more"><button type="button" onClick={() => setLimit(Math.min(MOST, limit + MORE))}>{words.log.more}</button></p>}
          </div>
        )}
      </States>
    </>
  );
}

/** @param isFirst  of its edit: many users are many entries, and all of them are taken back together */
function Entry({ entry, linkTo, isFirst, onUndone }: { entry: LogEntry; linkTo: ReturnType<typeof useUserLinks>; isFirst: boolean; onUndone: () => void }) {
  const { formats } = useConsole();
  const undo = useUndo(onUndone);
  const differences = differencesOf(entry);
  const tone = entry.level === "error" ? "harmful" : entry.level === "warning" ? "inactive" : "plain";
  return (
    <div class="entry">
      <time class="note" dateTime={entry.time}>{formats.time(entry.time)}</time>
      <span><Tag tone={tone}>{entry.level === "error" ? "▲ " : entry.level === "warning" ? "◌ " : ""}{eventName(entry.event)}</Tag></span>
      <span class="what">
        {entry.user_id !== null && linkTo(entry.user_id)}{" "}
        <Foreign>{entry.message}</Foreign>
      </span>
      <span class="note who-did">{entry.operator && `${words.log.by} ${entry.operator}`} {entry.address} {isFirst && <button type="button" class="bare" onClick={() => void undo(entry.edit_id!)}>{words.log.undo}</button>}</span>
      {differences.length > 0 && (
        <span class="change">
          {differences.map(({ name, before, after }, i) => (
            <span key={name}>{i > 0 && " · "}{name}: {before !== null && <del><Foreign>{before}</Foreign></del>}{before !== null && after !== null && " → "}{after !== null && <ins><Foreign>{after}</Foreign></ins>}</span>
          ))}
        </span>
      )}
    </div>
  );
}
