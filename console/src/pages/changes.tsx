/** Changes: who is new, gone or renamed since a day, and whose counts jumped. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { hashOf } from "../model/place";
import { daysOf } from "../model/plots";
import { shiftDay, today } from "../model/preferences";
import { words } from "../model/words";
import { replaceHash } from "../ui/hash";
import { Kbd, useKeys } from "../ui/keys";
import { Card, Choices, Handle } from "../ui/parts";
import { TimeLine } from "../ui/plots";
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
  const until = DAY.test(query.until ?? "") && query.until! >= since && query.until! < now ? query.until! : now;
  const changes = useQuery(ask.changes(account.handle, since, until === now ? undefined : until), { keep: true });
  const show = (from: string, to: string) => replaceHash(hashOf("changes", { since: from, until: to < now ? to : undefined }));
  const length = Math.round((Date.parse(until) - Date.parse(since)) / 86400_000);
  const move = (sign: 1 | -1) => {
    const to = shiftDay(until, sign * Math.max(1, length));
    show(shiftDay(to < now ? to : now, -length), to);
  };
  const earlier = () => move(-1);
  const later = () => move(1);
  useKeys({ earlier, "later.period": later });
  const period = PERIODS.find((days) => until === now && Number(days) === length);
  return (
    <div class="stack">
      <div class="head">
        <div><h1>{words.changes.title}</h1><p>{until === now ? `${words.changes.since} ${formats.day(since)}` : words.changes.between(formats.day(since), formats.day(until))}</p></div>
        <div class="row">
          <button type="button" onClick={earlier}>{words.changes.earlier} <Kbd of="earlier" /></button>
          <Choices<Period | ""> label={words.changes.since} value={period ?? ""} options={PERIODS.map((days) => [days, words.changes.days[days]!] as const)} onChange={(days) => show(shiftDay(now, -Number(days)), now)} />
          <input type="date" aria-label={words.changes.since} value={since} max={until} onChange={(event) => event.currentTarget.value && show(event.currentTarget.value, until)} />
          <input type="date" aria-label={words.changes.until} value={until} min={since} max={now} onChange={(event) => event.currentTarget.value && show(since, event.currentTarget.value)} />
          <button type="button" disabled={until === now} onClick={later}>{words.changes.later} <Kbd of="later.period" /></button>
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
      <Counts from={since} to={until} />
    </div>
  );
}

/** How the counts went, day by day. */
function Counts({ from, to }: { from: string; to: string }) {
  const { ask, account, formats } = useConsole();
  const history = useQuery(ask.history(account.handle, from), { keep: true });
  return (
    <Card title={words.overview.over} note={words.overview.scaleNote} >
      <States of={history}>
        {(all) => {
          const days = daysOf(all).filter(({ day }) => day <= to);
          return days.length < 2 ? <p class="note">{words.overview.none}</p> : <TimeLine days={days} label={words.overview.over} formats={formats} />;
        }}
      </States>
    </Card>
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
  const [most, setMost] = useState(SHOWN);
  return (
    <Card title={title} note={formats.count(total)}>
      {rows.length === 0 ? <p class="note">{words.changes.none}</p> : (
        <ul class="rows">
          {rows.slice(0, most).map((row, i) => (
            <li key={`${row.id}.${i}`}><a href={hashOf(`users/${row.id}`)}><Handle>{row.handle}</Handle></a><bdi class="note">{note?.(row)}</bdi><span class="n note">{formats.day(row.at)}</span></li>
          ))}
        </ul>
      )}
      {total > most && (
        <p class="note more">
          {words.changes.first(formats.count(Math.min(most, rows.length)), formats.count(total))}{" "}
          {rows.length > most && <button type="button" onClick={() => setMost(rows.length)}>{words.changes.more}</button>}
        </p>
      )}
    </Card>
  );
}
