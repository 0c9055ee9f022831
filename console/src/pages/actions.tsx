/** Actions: what was done, by day and by edit, and what is planned. */
import { useState } from "preact/hooks";
import { hashOf } from "../model/place";
import type { Action } from "../model/types";
import { words } from "../model/words";
import { replaceHash } from "../ui/hash";
import { Card, Choices, Foreign, Tag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Empty, States } from "../ui/states";
import { Plans } from "./plans";
import { useUndo } from "./undo";
import { useConsole } from "./use_console";
import { useUserLinks } from "./user_links";

const FIRST = 100;
const MOST = 1000;

type View = "day" | "planned" | "edits";

export function ActionsPage({ query }: { query: Record<string, string> }) {
  const view: View = query.view === "edits" || query.view === "planned" ? query.view : "day";
  return (
    <>
      <div class="head">
        <div><h1>{words.actions.title}</h1><p>{words.actions.intro} {words.triage.recordHelp}</p></div>
        <Choices<View> label={words.actions.title} value={view} options={[["day", words.actions.byDay], ["planned", words.plans.title], ["edits", words.actions.byEdit]]} onChange={(next) => replaceHash(hashOf("actions", { view: next === "day" ? undefined : next }))} />
      </div>
      {view === "edits" ? <Edits /> : view === "planned" ? <Plans query={query} /> : <ByDay />}
    </>
  );
}

function Edits() {
  const { ask, formats } = useConsole();
  const [limit, setLimit] = useState(FIRST);
  const edits = useQuery(ask.edits(limit), { keep: true });
  const undo = useUndo(() => void edits.refetch());
  return (
    <States of={edits} rows={10} isEmpty={({ results }) => results.length === 0} empty={<Empty title={words.actions.noEdits} why={words.actions.noEditsWhy} />}>
      {({ results, count }) => (
        <Card>
          <ul class="rows">
            {results.map((edit) => (
              <li key={edit.id}>
                <span class="grow">{edit.summary}</span>
                <span class="note">{edit.operator}</span>
                <span class="n note">{formats.time(edit.at)} {edit.undone_by ? <Tag>{words.actions.undone}</Tag> : <button type="button" onClick={() => void undo(edit.id)}>{words.actions.undo}</button>}</span>
              </li>
            ))}
          </ul>
          {(count ?? 0) > results.length && results.length < MOST && <p class="more"><button type="button" onClick={() => setLimit(Math.min(MOST, limit + 300))}>{words.log.more}</button></p>}
        </Card>
      )}
    </States>
  );
}

function ByDay() {
  const { ask, account, formats } = useConsole();
  const [limit, setLimit] = useState(FIRST);
  const actions = useQuery(ask.actions(account.id, limit), { keep: true });
  const linkTo = useUserLinks((actions.data?.results ?? []).map(({ user_id }) => user_id));
  return (
    <States of={actions} rows={10} isEmpty={({ results }) => results.length === 0} empty={<Empty title={words.actions.none} why={words.actions.noneWhy} />}>
        {({ results, count }) => (
          <Card>
            {byDay(results).map(([day, rows]) => (
              <section key={day}>
                <h2 class="day">{formats.day(day)} · {formats.count(rows.length)}</h2>
                <ul class="rows">{rows.map((action) => <Row key={action.id} action={action} linkTo={linkTo} onRemoved={() => void actions.refetch()} />)}</ul>
              </section>
            ))}
            {(count ?? 0) > results.length && results.length < MOST && <p class="more"><button type="button" onClick={() => setLimit(Math.min(MOST, limit + 300))}>{words.log.more}</button></p>}
          </Card>
        )}
    </States>
  );
}

function byDay(actions: readonly Action[]): [string, Action[]][] {
  const days = new Map<string, Action[]>();
  for (const action of actions) {
    const day = (action.timestamp ?? "").slice(0, 10);
    days.set(day, [...(days.get(day) ?? []), action]);
  }
  return [...days];
}

function Row({ action, linkTo, onRemoved }: { action: Action; linkTo: ReturnType<typeof useUserLinks>; onRemoved: () => void }) {
  const { send, say, formats } = useConsole();
  const remove = async () => {
    if (!confirm(words.actions.sure)) return;
    await send(`/api/actions/${action.id}/`, { method: "DELETE" }).then(() => say(words.actions.removed), (error: Error) => say(error.message, "harmful"));
    onRemoved();
  };
  return (
    <li>
      <Tag><Foreign>{action.action_type}</Foreign></Tag>
      {action.user_id !== null && linkTo(action.user_id)}
      <Foreign class="note grow">{action.notes}</Foreign>
      <span class="n note">{formats.clock(action.timestamp)} <button type="button" class="bare" onClick={() => void remove()}>{words.actions.remove}</button></span>
    </li>
  );
}
