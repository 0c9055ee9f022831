/** Actions: what was done, by day and by edit, and what is planned. */
import { byLocalDay, localDay } from "../model/days";
import { hashOf } from "../model/place";
import type { Action } from "../model/types";
import { words } from "../model/words";
import { replaceHash } from "../ui/hash";
import { More, usePages } from "../ui/more";
import { Card, Choices, Foreign, Tag } from "../ui/parts";
import { Empty, States } from "../ui/states";
import { Plans } from "./plans";
import { useUndo } from "./undo";
import { useConsole } from "./use_console";
import { useUserLinks } from "./user_links";

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
  const edits = usePages(ask.edits());
  const undo = useUndo(() => void edits.refetch());
  return (
    <States of={edits} rows={10} isEmpty={(pages) => pages.flat().length === 0} empty={<Empty title={words.actions.noEdits} why={words.actions.noEditsWhy} />}>
      {(pages) => (
        <Card>
          <ul class="rows">
            {pages.flat().map((edit) => (
              <li key={edit.id}>
                <span class="grow">{edit.summary}</span>
                <span class="note">{edit.operator}</span>
                <span class="n note">{formats.time(edit.at)} {edit.undone_by ? <Tag>{words.actions.undone}</Tag> : <button type="button" aria-label={`${words.actions.undo}: ${edit.summary}`} onClick={() => void undo(edit.id)}>{words.actions.undo}</button>}</span>
              </li>
            ))}
          </ul>
          <More of={edits} />
        </Card>
      )}
    </States>
  );
}

function ByDay() {
  const { ask, account } = useConsole();
  const actions = usePages(ask.actions(account.id));
  return (
    <States of={actions} rows={10} isEmpty={(pages) => pages.flat().length === 0} empty={<Empty title={words.actions.none} why={words.actions.noneWhy} />}>
      {(pages) => {
        const counts = new Map(byLocalDay(pages.flat()).map(([day, rows]) => [day, rows.length]));
        const lastOf = (page: Action[] | undefined) => (page ? localDay(page.at(-1)?.timestamp ?? null) : null);
        return (
          <Card>
            {pages.map((rows, i) => <Days key={i} rows={rows} counts={counts} before={lastOf(pages[i - 1])} onRemoved={() => void actions.refetch()} />)}
            <More of={actions} />
          </Card>
        );
      }}
    </States>
  );
}

interface DaysProps {
  /** Of one page: more handles cannot be asked for at once. */
  rows: Action[];
  counts: ReadonlyMap<string, number>;
  /** The last day of the page before, which may go on here. */
  before: string | null;
  onRemoved: () => void;
}

function Days({ rows, counts, before, onRemoved }: DaysProps) {
  const { formats } = useConsole();
  const linkTo = useUserLinks(rows.map(({ user_id }) => user_id));
  return (
    <>
      {byLocalDay(rows).map(([day, some]) => (
        <section key={day}>
          {day !== before && <h2 class="day">{formats.day(day)} · {formats.count(counts.get(day))}</h2>}
          <ul class="rows">{some.map((action) => <Row key={action.id} action={action} linkTo={linkTo} onRemoved={onRemoved} />)}</ul>
        </section>
      ))}
    </>
  );
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
      <span class="n note">{formats.clock(action.timestamp)} <button type="button" class="bare" aria-label={`${words.actions.remove}: ${action.action_type}, ${formats.time(action.timestamp)}`} onClick={() => void remove()}>{words.actions.remove}</button></span>
    </li>
  );
}
