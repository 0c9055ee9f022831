/** One verdict for many: first how many, who is among them, and what it means; then one edit that `z` takes back. */
import { useState } from "preact/hooks";
import { hashOf } from "../model/place";
import type { Page, UserDetail } from "../model/types";
import { CHOICES, SIGNS, type Choice } from "../model/verdict";
import { words } from "../model/words";
import { Dialog, Handle, VerdictTag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { States } from "../ui/states";
import { useDecide } from "./decide";
import { useConsole } from "./use_console";

/** Of one request (`user_ids`). */
const MOST = 10_000;
const SAMPLE = 10;

interface BulkProps {
  chosen: ReadonlySet<number>;
  params: Record<string, string>;
  count: number | null;
  onChoose: (ids: ReadonlySet<number>) => void;
}

export function Bulk({ chosen, params, count, onChoose }: BulkProps) {
  const { formats, send, say, setBasket, basket } = useConsole();
  const [choice, setChoice] = useState<Choice | null>(null);
  const [busy, setBusy] = useState(false);
  const all = async () => {
    setBusy(true);
    try {
      const query = new URLSearchParams({ ...params, fields: "id", limit: String(MOST), format: "ndjson" });
      const text = await (await send(`/api/users/?${query.toString()}`)).text();
      onChoose(new Set(text.split("\n").filter(Boolean).map((line) => (JSON.parse(line) as { id: number }).id)));
    } catch (error) {
      say((error as Error).message, "harmful");
    }
    setBusy(false);
  };
  return (
    <>
      <div class={`bulk ${chosen.size === 0 ? "quiet" : ""}`} role="group" aria-label={words.people.apply}>
        <span role="status">{chosen.size > 0 ? words.people.selected(formats.count(chosen.size)) : words.people.range}</span>
        {chosen.size > 0 && CHOICES.map((one) => <button key={one} type="button" onClick={() => setChoice(one)}>{SIGNS[one]} {words.verdict[one]}</button>)}
        {chosen.size > 0 && <button type="button" onClick={() => setBasket([...new Set([...basket, ...chosen])].slice(0, 100))}>{words.basket.added}</button>}
        {count !== null && count > 0 && count <= MOST && chosen.size !== count && <button type="button" class="bare" disabled={busy} onClick={() => void all()}>{words.people.all} ({formats.count(count)})</button>}
        {chosen.size > 0 && <button type="button" class="bare" onClick={() => onChoose(new Set())}>{words.people.close}</button>}
      </div>
      {choice && <Preview ids={[...chosen]} choice={choice} onClose={() => setChoice(null)} onDone={() => (setChoice(null), onChoose(new Set()))} />}
    </>
  );
}

function Preview({ ids, choice, onClose, onDone }: { ids: number[]; choice: Choice; onClose: () => void; onDone: () => void }) {
  const { ask, formats } = useConsole();
  const decide = useDecide();
  const sample = useQuery(ask.users({ id__in: ids.slice(0, SAMPLE).join(","), limit: SAMPLE, count: "none", expand: "classification" }));
  const apply = () => {
    decide.judgeMany(ids, choice);
    onDone();
  };
  return (
    <Dialog title={`${SIGNS[choice]} ${words.verdict[choice]}`} onClose={onClose}>
      <p><b>{words.people.preview(formats.count(ids.length))}</b> {words.people.consequences}</p>
      <h3>{words.people.sample}</h3>
      <States of={sample}>
        {({ results }: Page<UserDetail>) => <ul class="rows">{results.map((user) => <li key={user.id}><a href={hashOf(`users/${user.id}`)} onClick={onClose}><Handle>{user.handle}</Handle></a><span class="n"><VerdictTag verdict={user.classification} /> → <VerdictTag choice={choice} /></span></li>)}</ul>}
      </States>
      <p class="row"><button type="button" class="go" autofocus onClick={apply}>{words.people.apply}</button><button type="button" onClick={onClose}>{words.people.cancel}</button></p>
    </Dialog>
  );
}
