/** The log: what the server did and what went wrong, with before and after of each change. */
import { useState } from "preact/hooks";
import { differencesOf, eventName, filterOf, type LogKind } from "../model/log";
import { hashOf } from "../model/place";
import type { LogEntry } from "../model/types";
import { words } from "../model/words";
import { replaceHash } from "../ui/hash";
import { Kbd, useKeys } from "../ui/keys";
import { More, usePages } from "../ui/more";
import { Choices, Foreign, Tag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Empty, States } from "../ui/states";
import { useUndo } from "./undo";
import { useConsole } from "./use_console";
import { useUserLinks } from "./user_links";

const KINDS: readonly LogKind[] = ["all", "changes", "logins", "errors"];
const FOLLOW_MS = 2000;

export function LogPage({ query }: { query: Record<string, string> }) {
  const { ask } = useConsole();
  const kind = KINDS.find((one) => one === query.kind) ?? "all";
  const [follows, setFollows] = useState(false);
  const logs = usePages(ask.logPages(filterOf(kind)), follows && FOLLOW_MS);
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
      <States of={logs} rows={12} isEmpty={(pages) => pages.flat().length === 0} empty={<Empty title={words.log.none} why={words.log.noneWhy} />}>
        {(pages) => (
          <div class="card">
            {pages.map((entries, i) => <Entries key={i} entries={entries} before={pages[i - 1]?.at(-1)} onUndone={() => void logs.refetch()} />)}
            <More of={logs} />
          </div>
        )}
      </States>
    </>
  );
}

interface EntriesProps {
  /** Of one page: more handles and edits cannot be asked for at once. */
  entries: LogEntry[];
  /** The last one of the page before. */
  before: LogEntry | undefined;
  onUndone: () => void;
}

function Entries({ entries, before, onUndone }: EntriesProps) {
  const { ask } = useConsole();
  const linkTo = useUserLinks(entries.map(({ user_id }) => user_id));
  // Many users are many entries of one edit, and all of them are taken back together: at the first.
  const firsts = entries.filter(({ edit_id }, i) => edit_id !== null && edit_id !== (entries[i - 1] ?? before)?.edit_id);
  const edits = [...new Set(firsts.map(({ edit_id }) => edit_id!))];
  const undone = useQuery(ask.undone(edits), { enabled: edits.length > 0, keep: true }).data?.results.map(({ id }) => id) ?? [];
  return <>{entries.map((entry) => <Entry key={entry.id} entry={entry} linkTo={linkTo} isOffered={firsts.includes(entry) && !undone.includes(entry.edit_id!)} onUndone={onUndone} />)}</>;
}

/** @param isOffered  to take its edit back */
function Entry({ entry, linkTo, isOffered, onUndone }: { entry: LogEntry; linkTo: ReturnType<typeof useUserLinks>; isOffered: boolean; onUndone: () => void }) {
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
      <span class="note who-did">{entry.operator && `${words.log.by} ${entry.operator}`} {entry.address} {isOffered && <button type="button" class="bare" aria-label={`${words.log.undo}: ${eventName(entry.event)}, ${formats.time(entry.time)}`} onClick={() => void undo(entry.edit_id!)}>{words.log.undo}</button>}</span>
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
