/** Data quality: known faults, what they do to figures, and a switch that uses corrected values everywhere. */
import type { DataFault } from "../model/types";
import { words } from "../model/words";
import { Card, Tag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { States } from "../ui/states";
import { useConsole } from "./use_console";
import { useUserLinks } from "./user_links";

export function QualityPage() {
  const { ask, account, preferences, prefer } = useConsole();
  const faults = useQuery(ask.quality(account.handle), { keep: true });
  return (
    <>
      <div class="head">
        <div><h1>{words.quality.title}</h1><p>{words.quality.intro}</p></div>
        <label class="switch"><input type="checkbox" role="switch" checked={preferences.corrected} onChange={(event) => prefer({ corrected: event.currentTarget.checked })} /><span>{words.quality.use}<br /><span class="note">{words.quality.useHelp}</span></span></label>
      </div>
      <States of={faults} rows={6}>
        {(all) => {
          const found = all.filter(({ rows }) => (rows ?? 0) > 0);
          const other = all.filter(({ rows }) => !rows);
          return (
            <div class="stack">
              <div class="grid even">{found.map((fault) => <Fault key={fault.id} fault={fault} />)}</div>
              <Card title={words.quality.clean}>
                <ul class="rows">{other.map(({ id, title, rows }) => <li key={id}><span class="grow">{title}</span><span class="n">{rows === null ? <Tag>{words.quality.unknown}</Tag> : <Tag tone="sane">✓</Tag>}</span></li>)}</ul>
              </Card>
            </div>
          );
        }}
      </States>
    </>
  );
}

function Fault({ fault }: { fault: DataFault }) {
  const { formats } = useConsole();
  const linkTo = useUserLinks(fault.examples.map((id) => (typeof id === "number" ? id : null)));
  return (
    <Card title={fault.title} note={<b>{words.quality.rows(fault.rows ?? 0, formats.count(fault.rows))}</b>}>
      <p>{fault.effect.replaceAll("`", "")}</p>
      <p class="facts more">
        {fault.corrected_by ? <Tag tone="sane">✓ {words.quality.corrected}</Tag> : <Tag>{words.quality.notCorrected}</Tag>}
        {fault.examples.length > 0 && <span>{words.quality.examples}: {fault.examples.map((id, i) => <span key={id}>{i > 0 && ", "}{typeof id === "number" ? linkTo(id) : id}</span>)}</span>}
      </p>
    </Card>
  );
}
