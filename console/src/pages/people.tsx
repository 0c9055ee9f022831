/** People: the whole list, filtered and ordered; select some and judge them in one go. */
import { useRef } from "preact/hooks";
import { filterOf } from "../model/bulk";
import { shownVerdict } from "../model/outbox";
import { COLUMN, nextOrder, otherFilter, shownColumns, usersQuery, type Column } from "../model/people";
import { hashOf } from "../model/place";
import { NOBODY } from "../model/selection";
import { words } from "../model/words";
import { useEntries } from "../ui/console";
import { replaceHash } from "../ui/hash";
import { useKeys } from "../ui/keys";
import { LongList } from "../ui/long_list";
import { Foreign, Handle, VerdictTag } from "../ui/parts";
import { Empty, Failure, States } from "../ui/states";
import { Bulk } from "./people_bulk";
import { Filters } from "./people_filters";
import { usePlace } from "./people_place";
import { useRows, type PersonRow } from "./people_rows";
import { useConsole } from "./use_console";

const HEAD: Record<Column, string> = {
  name: words.people.name, bio: words.people.bio, verdict: words.people.verdict, score: words.people.score, rank: words.people.rank,
  followers: words.people.followers, following: words.people.following, joined: words.people.joined,
};

export function PeoplePage({ query }: { query: Record<string, string> }) {
  const { account, preferences, formats, say } = useConsole();
  const entries = useEntries();
  const params = { ...usersQuery(account.id, query), ...(preferences.corrected ? { corrected: "true" } : {}) };
  const { at, selection, now, go } = usePlace(query, account.id);
  const rows = useRows(params, at);
  const filter = filterOf(params);
  const shown = useRef(filter);
  shown.current = filter;
  const isSelected = (id: number) => selection.all || selection.ids.has(id);
  const columns = shownColumns(preferences.columns);
  const show = (change: Record<string, string | undefined>) => (location.hash = hashOf("people", otherFilter(query, change)));
  const search = (text: string) => replaceHash(hashOf("people", otherFilter(query, { search: text })));
  const toggle = async (index: number, range: boolean) => {
    const row = rows.rowAt(index);
    if (!row) return;
    const { anchor, selection: before } = now();
    if (before.all) return go({ selection: NOBODY });
    const isRange = range && anchor >= 0;
    const more = isRange ? await rows.idsBetween(Math.min(anchor, index), Math.max(anchor, index)) : [];
    if (shown.current !== filter) return; // others meanwhile
    const ids = new Set([...now().selection.ids, ...more]);
    if (!isRange && !ids.delete(row.id)) ids.add(row.id);
    go({ selection: { ids, all: false }, anchor: index });
  };
  const select = (index: number, range: boolean) => void toggle(index, range).catch((error: Error) => say(error.message, "harmful"));
  const open = (index: number) => {
    const row = rows.rowAt(index);
    if (!row) return;
    go({ at: index }, true);
    location.hash = hashOf(`users/${row.id}`);
  };
  const move = (step: number) => go({ at: Math.max(0, Math.min(rows.length - 1, now().at + step)) });
  const isAnySelected = selection.all || selection.ids.size > 0;
  useKeys({
    next: () => move(1), previous: () => move(-1), select: () => select(now().at, false), range: () => select(now().at, true), open: () => open(now().at),
    close: isAnySelected ? () => go({ selection: NOBODY }) : undefined, // else it closes a message
    filter: () => document.querySelector<HTMLInputElement>("input[type=search]")?.focus(),
  });
  const template = { "--columns": columns.map((column) => COLUMN[column].width).join(" ") || "0" };
  const ordered = query.order ?? "-risk";
  const sortOf = (order: string | null) => (ordered === order ? "ascending" : ordered === `-${order}` ? "descending" : undefined);
  const title = (text: string, order: string | null) =>
    order ? <button type="button" onClick={() => show({ order: nextOrder(query.order ?? "-risk", order) })}>{text}{sortOf(order) === "ascending" ? " ↑" : sortOf(order) === "descending" ? " ↓" : ""}</button> : text;
  const orderOf = (column: Column) => (COLUMN[column].isOrder ? COLUMN[column].field : null);
  const header = (
    <div role="rowgroup" class="sticky">
      <div role="row" aria-rowindex={1} class="grid-row header" style={template}>
        <span role="columnheader"><span class="sr">{words.keys.names.select}</span></span>
        <span role="columnheader" aria-sort={sortOf("handle")}>{title(words.people.handle, "handle")}</span>
        {columns.map((column) => <span key={column} role="columnheader" aria-sort={sortOf(orderOf(column))} class={COLUMN[column].number ? "num" : ""}>{title(HEAD[column], orderOf(column))}</span>)}
      </div>
    </div>
  );
  const verdictOf = (row: PersonRow) => {
    const pending = shownVerdict(entries, row.id);
    return pending === undefined ? (row.classification ?? null) : pending;
  };
  const cell = (row: PersonRow, column: Column) => {
    switch (column) {
      case "name": return <Foreign>{row.username}</Foreign>;
      case "bio": return <Foreign class="soft">{row.bio?.replace(/\s+/g, " ")}</Foreign>;
      case "verdict": return <VerdictTag verdict={verdictOf(row)} />;
      case "score": return formats.score(row.risk);
      case "rank": return formats.percent(row.rank, 0);
      case "followers": return formats.count(row.followers_count);
      case "following": return formats.count(row.following_count);
      case "joined": return formats.month(row.created_at);
    }
  };
  const draw = (index: number) => {
    const row = rows.rowAt(index);
    const tabIndex = index === Math.max(0, at) ? 0 : -1; // Tab leads past the list, not through all of it
    return (
      <div key={index} role="row" aria-rowindex={index + 2} aria-selected={row ? isSelected(row.id) : false} class={`grid-row ${index === at ? "at" : ""}`} style={template} onClick={() => go({ at: index }, true)} onDblClick={() => open(index)}>
        <span role="gridcell">{row && <input type="checkbox" tabIndex={tabIndex} aria-label={`@${row.handle}`} checked={isSelected(row.id)} onClick={(event) => (event.preventDefault(), select(index, event.shiftKey))} />}</span>
        <span role="gridcell">{row && <a tabIndex={tabIndex} href={hashOf(`users/${row.id}`)}><Handle>{row.handle}</Handle></a>}</span>
        {columns.map((column) => <span key={column} role="gridcell" class={COLUMN[column].number ? "num" : ""}>{row && cell(row, column)}</span>)}
      </div>
    );
  };
  return (
    <>
      <div class="head">
        <div>
          <h1>{words.people.title}</h1>
          <p role="status">{rows.count !== null ? words.people.count(rows.count, formats.count(rows.count)) : rows.isUncounted ? words.people.uncounted : words.people.counting}</p>
          {rows.isUncounted && <button type="button" class="bare" onClick={rows.again}>{words.states.again}</button>}
        </div>
      </div>
      <Filters query={query} params={params} onShow={show} onSearch={search} />
      <Bulk selection={selection} filter={filter} count={rows.count} onSelect={(next) => go({ selection: next })} />
      <States of={rows.first} rows={14} isEmpty={({ results }) => results.length === 0} empty={<Empty title={words.people.none} why={words.people.noneWhy}><button type="button" onClick={() => (location.hash = hashOf("people"))}>{words.people.clear}</button></Empty>}>
        {() => (
          <>
            {rows.error && <Failure error={rows.error} again={rows.again} />}
            <LongList key={JSON.stringify(params)} count={rows.length} label={words.people.title} header={header} at={at} row={draw} onRange={rows.show} />
          </>
        )}
      </States>
    </>
  );
}
