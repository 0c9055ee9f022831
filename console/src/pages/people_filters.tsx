/** The filters of the list, by sight; they live in the address, so Back works and a filter can be sent to somebody. */
import { useEffect, useRef, useState } from "preact/hooks";
import { COLUMNS, csvFields, filterPart, hasFilters, wholeNumber } from "../model/people";
import { hashOf, parsePlace } from "../model/place";
import { CHOICES } from "../model/verdict";
import { partsOf } from "../model/waves";
import { words } from "../model/words";
import { replaceHash } from "../ui/hash";
import { Icon } from "../ui/icons";
import { Dialog } from "../ui/parts";
import { useQuery } from "../ui/query";
import { saveAnswer } from "./save";
import { useConsole } from "./use_console";

interface FiltersProps {
  query: Record<string, string>;
  params: Record<string, string>;
  onShow: (change: Record<string, string | undefined>) => void;
  /** While it is typed. */
  onSearch: (text: string) => void;
}

const SETTLE_MS = 250;
/** Shown when they are asked for, or in use. */
const EXTRA = ["least", "most", "leastFollowing", "mostFollowing", "from", "to", "rank", "wave"];

export function Filters({ query, params, onShow, onSearch }: FiltersProps) {
  const { send, say, preferences, prefer, formats } = useConsole();
  const [open, setOpen] = useState<"more" | "save" | null>(null);
  const [more, setMore] = useState(EXTRA.some((name) => query[name]));
  const count = (name: string, label: string) => {
    const take = ({ currentTarget: input }: { currentTarget: HTMLInputElement }) => {
      const typed = input.value.trim();
      const number = wholeNumber(typed);
      if (number !== null || !typed) return onShow({ [name]: number ?? undefined });
      input.value = query[name] ?? "";
      say(words.people.noNumber(typed), "inactive");
    };
    return <label class="field short">{label}<input type="text" inputMode="numeric" value={query[name] ?? ""} onChange={take} /></label>;
  };
  const month = (name: string, label: string) => (
    <label class="field short">{label}<input type="month" value={query[name] ?? ""} onChange={(event) => onShow({ [name]: event.currentTarget.value.trim() || undefined })} /></label>
  );
  const csv = () => void saveAnswer(send, `/api/users/?${new URLSearchParams({ ...params, fields: csvFields(preferences.columns), format: "csv" }).toString()}`, "users.csv").catch((error: Error) => say(error.message, "harmful"));
  const toggleColumn = (column: string, on: boolean) => prefer({ columns: on ? [...preferences.columns, column] : preferences.columns.filter((one) => one !== column) });
  return (
    <>
      <div class="filters" role="search">
        <Search text={query.search ?? ""} isWanted={query.focus !== undefined} onSearch={onSearch} />
        <select aria-label={words.people.verdict} value={query.verdict ?? ""} onChange={(event) => onShow({ verdict: event.currentTarget.value || undefined })}>
          <option value="">{words.people.verdict}: {words.people.any.toLowerCase()}</option>
          {CHOICES.map((choice) => <option key={choice} value={choice}>{words.verdict[choice]}</option>)}
          <option value="unclassified">{words.verdict.unclassified}</option>
        </select>
        <button type="button" aria-expanded={more} onClick={() => setMore(!more)}>{words.people.filters}</button>
        {preferences.filters.map((saved) => <a key={saved.name} class="tag accent" href={hashOf("people", saved.query)}>{saved.name}</a>)}
        {hasFilters(query) && <button type="button" class="bare" onClick={() => (location.hash = hashOf("people"))}>{words.people.clear}</button>}
        <button type="button" class="bare" onClick={() => setOpen("save")}>{words.people.saved}</button>
        <button type="button" class="bare" onClick={() => setOpen("more")}>{words.people.columns}</button>
        <button type="button" class="bare" onClick={csv}><Icon name="download" /> {words.people.csv}</button>
      </div>
      {more && (
        <div class="filters">
          {count("least", words.people.minFollowers)}
          {count("most", words.people.maxFollowers)}
          {count("leastFollowing", words.people.minFollowing)}
          {count("mostFollowing", words.people.maxFollowing)}
          {month("from", words.people.joinedFrom)}
          {month("to", words.people.joinedTo)}
          <label class="field short">{words.people.rankMin}
            <select value={query.rank ?? ""} onChange={(event) => onShow({ rank: event.currentTarget.value || undefined })}>
              <option value="">{words.people.any}</option>
              {["0.5", "0.7", "0.9", "0.95", "0.98"].map((rank) => <option key={rank} value={rank}>{formats.percent(Number(rank), 0)}</option>)}
            </select>
          </label>
          <Waves query={query} onShow={onShow} />
        </div>
      )}
      {open === "more" && (
        <Dialog title={words.people.columns} onClose={() => setOpen(null)}>
          <div class="stack">
            {COLUMNS.map((column) => <label key={column} class="switch"><input type="checkbox" checked={preferences.columns.includes(column)} onChange={(event) => toggleColumn(column, event.currentTarget.checked)} />{words.people[column]}</label>)}
            <label class="switch"><input type="checkbox" checked={preferences.density === "dense"} onChange={(event) => prefer({ density: event.currentTarget.checked ? "dense" : "comfortable" })} />{words.people.density}</label>
          </div>
        </Dialog>
      )}
      {open === "save" && <Saved query={query} onClose={() => setOpen(null)} />}
    </>
  );
}

/** Asks when nobody has typed for a moment, or goes elsewhere. */
function Search({ text, isWanted, onSearch }: { text: string; isWanted: boolean; onSearch: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!isWanted) return;
    input.current!.focus();
    const { focus, ...query } = parsePlace(location.hash).query;
    replaceHash(hashOf("people", query));
  }, [isWanted]);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const stop = () => {
    clearTimeout(timer.current);
    timer.current = undefined;
  };
  const ask = () => {
    stop();
    const typed = input.current?.value; // a browser tells of a change also when the field goes
    if (typed !== undefined && typed !== text) onSearch(typed);
  };
  const later = () => {
    stop();
    timer.current = setTimeout(ask, SETTLE_MS);
  };
  useEffect(() => {
    const isTyping = timer.current !== undefined && document.activeElement === input.current;
    if (!isTyping && input.current!.value !== text) input.current!.value = text;
  }, [text]);
  useEffect(() => stop, []);
  return <input ref={input} type="search" aria-label={words.people.search} placeholder={words.people.search} onInput={later} onChange={ask} />;
}

function Waves({ query, onShow }: Pick<FiltersProps, "query" | "onShow">) {
  const { ask, account, formats } = useConsole();
  const cohorts = useQuery(ask.cohorts(account.handle));
  if (!cohorts.data?.length) return null;
  return (
    <label class="field short">{words.people.wave}
      <select value={query.wave ?? ""} onChange={(event) => onShow({ wave: event.currentTarget.value || undefined })}>
        <option value="">{words.people.any}</option>
        {cohorts.data.map(({ id, key, size }) => <option key={id} value={id}>{formats.month(partsOf(key).month)} ({formats.count(size)})</option>)}
      </select>
    </label>
  );
}

function Saved({ query, onClose }: { query: Record<string, string>; onClose: () => void }) {
  const { preferences, prefer } = useConsole();
  const [name, setName] = useState("");
  const save = (event: Event) => {
    event.preventDefault();
    prefer({ filters: [...preferences.filters.filter((one) => one.name !== name.trim()), { name: name.trim(), query: filterPart(query) }] });
    onClose();
  };
  return (
    <Dialog title={words.people.saved} onClose={onClose}>
      <form onSubmit={save}>
        <label class="field">{words.people.nameFilter}<input autofocus required maxLength={60} value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
        <p><button class="go" disabled={!name.trim()}>{words.people.save}</button></p>
      </form>
      <ul class="rows">{preferences.filters.map((one) => <li key={one.name}><a class="grow" href={hashOf("people", one.query)} onClick={onClose}>{one.name}</a><button type="button" aria-label={`${words.people.remove}: ${one.name}`} onClick={() => prefer({ filters: preferences.filters.filter(({ name: other }) => other !== one.name) })}>{words.people.remove}</button></li>)}</ul>
    </Dialog>
  );
}
