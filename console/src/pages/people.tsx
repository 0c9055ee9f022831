/** People: the whole list, filtered and ordered; select some and judge them in one go. */
import { useState } from "preact/hooks";
import { filterOf } from "../model/bulk";
import { shownVerdict } from "../model/outbox";
import { COLUMN, COLUMNS, nextOrder, usersQuery, type Column } from "../model/people";
import { hashOf } from "../model/place";
import { words } from "../model/words";
import { useEntries } from "../ui/console";
import { replaceHash } from "../ui/hash";
import { useKeys } from "../ui/keys";
import { LongList } from "../ui/long_list";
import { Foreign, Handle, VerdictTag } from "../ui/parts";
import { Empty, States } from "../ui/states";
import { Bulk, NOBODY, type Selection } from "./people_bulk";
import { Filters } from "./people_filters";
import { useRows, type PersonRow } from "./people_rows";
import { useConsole } from "./use_console";

const HEAD: Record<Column, string> = {
  name: words.people.name, bio: words.people.bio, verdict: words.people.verdict, score: words.people.score, rank: words.people.rank,
  followers: words.people.followers, following: words.people.following, joined: words.people.joined,
};

export function PeoplePage({ query }: { query: Record<string, string> }) {
  const { account, preferences, formats } = useConsole();
  const entries = useEntries();
  const params = usersQuery(account.id, query);
  const rows = useRows(params);
  const [at, setAt] = useState(-1);
  const [anchor, setAnchor] = useState(-1);
  const [selected, select] = useState<{ of: string; selection: Selection }>({ of: "", selection: NOBODY });
  const filter = filterOf(params);
  // All that matched another filter are others.
  const selection = selected.selection.all && selected.of !== filter ? NOBODY : selected.selection;
  const setSelection = (next: Selection) => select({ of: filter, selection: next });
  const isSelected = (id: number) => selection.all || selection.ids.has(id);
  const columns = COLUMNS.filter((column) => preferences.columns.includes(column));
  const show = (change: Record<string, string | undefined>) => replaceHash(hashOf("people", { ...query, ...change } as Record<string, string>));
  const toggle = async (index: number, range: boolean) => {
    const row = rows.rowAt(index);
    if (!row) return;
    if (selection.all) return setSelection(NOBODY);
    const next = new Set(selection.ids);
    if (range && anchor >= 0) for (const id of await rows.idsBetween(Math.min(anchor, index), Math.max(anchor, index))) next.add(id);
    else if (!next.delete(row.id)) next.add(row.id);
    setSelection({ ids: next, all: false });
    setAnchor(index);
  };
  const open = (index: number) => {
    const row = rows.rowAt(index);
    if (row) location.hash = hashOf(`users/${row.id}`);
  };
  const move = (step: number) => setAt(Math.max(0, Math.min(rows.length - 1, at + step)));
  useKeys({
    next: () => move(1), previous: () => move(-1), select: () => void toggle(at, false), open: () => open(at),
    close: () => setSelection(NOBODY), filter: () => document.querySelector<HTMLInputElement>("input[type=search]")?.focus(),
  });
  const template = { "--columns": columns.map((column) => COLUMN[column].width).join(" ") || "0" };
  const ordered = query.order ?? "-risk";
  const sortOf = (order: string | null) => (ordered === order ? "ascending" : ordered === `-${order}` ? "descending" : undefined);
  const title = (text: string, order: string | null) =>
    order ? <button type="button" onClick={() => show({ order: nextOrder(query.order ?? "-risk", order) })}>{text}{sortOf(order) === "ascending" ? " ↑" : sortOf(order) === "descending" ? " ↓" : ""}</button> : text;
  const header = (
    <div role="rowgroup" class="sticky">
      <div role="row" aria-rowindex={1} class="grid-row header" style={template}>
        <span role="columnheader"><span class="sr">{words.keys.names.select}</span></span>
        <span role="columnheader" aria-sort={sortOf("handle")}>{title(words.people.handle, "handle")}</span>
        {columns.map((column) => <span key={column} role="columnheader" aria-sort={sortOf(COLUMN[column].order)} class={COLUMN[column].number ? "num" : ""}>{title(HEAD[column], COLUMN[column].order)}</span>)}
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
      <div key={index} role="row" aria-rowindex={index + 2} aria-selected={row ? isSelected(row.id) : false} class={`grid-row ${index === at ? "at" : ""}`} style={template} onClick={() => setAt(index)} onDblClick={() => open(index)}>
        <span role="gridcell">{row && <input type="checkbox" tabIndex={tabIndex} aria-label={`@${row.handle}`} checked={isSelected(row.id)} onClick={(event) => (event.preventDefault(), void toggle(index, event.shiftKey))} />}</span>
        <span role="gridcell">{row && <a tabIndex={tabIndex} href={hashOf(`users/${row.id}`)}><Handle>{row.handle}</Handle></a>}</span>
        {columns.map((column) => <span key={column} role="gridcell" class={COLUMN[column].number ? "num" : ""}>{row && cell(row, column)}</span>)}
      </div>
    );
  };
  return (
    <>
      <div class="head">
        <div><h1>{words.people.title}</h1><p role="status">{rows.count === null ? words.people.counting : words.people.count(formats.count(rows.count))}</p></div>
      </div>
      <Filters query={query} params={params} onShow={show} />
      <Bulk selection={selection} filter={filter} count={rows.count} onSelect={setSelection} />
      <States of={rows.first} rows={14} isEmpty={({ results }) => results.length === 0} empty={<Empty title={words.people.none} why={words.people.noneWhy}><button type="button" onClick={() => replaceHash(hashOf("people"))}>{words.people.clear}</button></Empty>}>
        {() => <LongList key={JSON.stringify(params)} count={rows.length} label={words.people.title} header={header} at={at} row={draw} onRange={rows.show} />}
      </States>
    </>
  );
}
