/** Changes: who is new, gone or renamed since a day, and whose counts jumped. */
import type { ComponentChildren } from "preact";
import { hashOf } from "../model/place";
import { shiftDay, today } from "../model/preferences";
import { words } from "../model/words";
import { replaceHash } from "../ui/hash";
import { Kbd, useKeys } from "../ui/keys";
import { Card, Choices, Handle } from "../ui/parts";
import { useQuery } from "../ui/query";
import { States } from "../ui/states";
import { useConsole } from "./use_console";

const PERIODS = ["1", "7", "30", "90"] as const;
type Period = (typeof PERIODS)[number];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

interface Row {
  id: number;
  handle: string | null;
  at: string;
}

export function ChangesPage({ query }: { query: Record<string, string> }) {
  const { ask, account, formats } = useConsole();
  const now = today();
  const since = DAY.test(query.since ?? "") ? query.since! : shiftDay(now, -7);
  const changes = useQuery(ask.changes(account.handle, since), { keep: true });
  const show = (day: string) => replaceHash(hashOf("changes", { since: day }));
  const move = (days: number) => show(shiftDay(since, days) > now ? now : shiftDay(since, days));
  const step = Math.max(1, Math.round((Date.parse(now) - Date.parse(since)) / 86400_000));
  useKeys({ earlier: () => move(-step), "later.period": () => move(Math.ceil(step / 2)) });
  const period = PERIODS.find((days) => shiftDay(now, -Number(days)) === since);
  return (
    <>
      <div class="head">
        <div><h1>{words.changes.title}</h1><p>{words.changes.since} {formats.day(since)}</p></div>
        <div class="row">
          <button type="button" onClick={() => move(-step)}>{words.changes.earlier} <Kbd of="earlier" /></button>
          <Choices<Period | ""> label={words.changes.since} value={period ?? ""} options={PERIODS.map((days) => [days, words.changes.days[days]!] as const)} onChange={(days) => show(shiftDay(now, -Number(days)))} />
          <input type="date" aria-label={words.changes.since} value={since} max={now} onChange={(event) => event.currentTarget.value && show(event.currentTarget.value)} />
          <button type="button" onClick={() => move(Math.ceil(step / 2))}>{words.changes.later} <Kbd of="later.period" /></button>
        </div>
      </div>
      <States of={changes} rows={8}>
        {({ totals, observed_since: observed, renamed, jumped, gone, ...rest }) => (
          <>
            {observed && observed > since && <p class="notice">{words.changes.observed(formats.day(observed))}</p>}
            <div class="grid even top">
              <Group title={words.changes.new} total={totals.new} rows={rest.new as Row[]} />
              <div class="stack">
                <Group title={words.changes.gone} total={totals.gone} rows={gone as Row[]} />
                <Group title={words.changes.renamed} total={totals.renamed} rows={renamed as (Row & { from: string })[]} note={(row) => words.changes.from(row.from)} />
                <Group title={words.changes.jumped} total={totals.jumped} rows={jumped as (Row & { field: string; from: number; to: number })[]} note={(row) => words.changes.jump(words.changes.fields[row.field] ?? row.field, formats.count(row.from), formats.count(row.to))} />
              </div>
            </div>
          </>
        )}
      </States>
    </>
  );
}

interface GroupProps<R extends Row> {
  title: string;
  total: number;
  rows: R[];
  note?: (row: R) => ComponentChildren;
}

const SHOWN = 100;

function Group<R extends Row>({ title, total, rows, note }: GroupProps<R>) {
  const { formats } = useConsole();
  return (
    <Card title={title} note={formats.count(total)}>
      {rows.length === 0 ? <p class="note">{words.changes.none}</p> : (
        <ul class="rows">
          {rows.slice(0, SHOWN).map((row, i) => (
            <li key={`${row.id}.${i}`}><a href={hashOf(`users/${row.id}`)}><Handle>{row.handle}</Handle></a><bdi class="note">{note?.(row)}</bdi><span class="n note">{formats.day(row.at)}</span></li>
          ))}
        </ul>
      )}
      {total > SHOWN && <p class="note more">{words.changes.first(formats.count(Math.min(SHOWN, rows.length)), formats.count(total))}</p>}
    </Card>
  );
}
