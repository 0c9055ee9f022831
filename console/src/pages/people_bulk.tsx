/** What is selected in the list, and what can be done with all of it at once. */
import { useState } from "preact/hooks";
import { BULK_CHOICES, type BulkChoice } from "../model/bulk";
import { keyOf, showKey } from "../model/keymap";
import { NOBODY, type Selection } from "../model/selection";
import { SIGNS } from "../model/verdict";
import { words } from "../model/words";
import { useKeys } from "../ui/keys";
import { useQuery } from "../ui/query";
import { BulkDialog } from "./bulk_preview";
import { PlanDialog } from "./plan_dialog";
import { useConsole } from "./use_console";

/** Of a report. */
const MOST_REPORTED = 100;

interface BulkProps {
  selection: Selection;
  filter: string;
  count: number | null;
  onSelect: (selection: Selection) => void;
}

export function Bulk({ selection: { ids, all }, filter, count, onSelect }: BulkProps) {
  const { ask, formats, say, preferences, setBasket, basket } = useConsole();
  const [choice, setChoice] = useState<BulkChoice | null>(null);
  const [planning, setPlanning] = useState(false);
  const most = useQuery(ask.server()).data?.limits.bulk_users ?? 0;
  const size = all ? count : ids.size;
  const some = all || ids.size > 0;
  const judge = (one: BulkChoice) => () => some && setChoice(one);
  useKeys({ harmful: judge("harmful"), inactive: judge("inactive"), sane: judge("sane") });
  const whom = all ? filter : [...ids];
  const report = () => {
    const wanted = [...new Set([...basket, ...ids])];
    setBasket(wanted.slice(0, MOST_REPORTED));
    if (wanted.length > MOST_REPORTED) say(words.basket.full(formats.count(MOST_REPORTED), formats.count(wanted.length - MOST_REPORTED)), "inactive");
  };
  const how = preferences.keys.letters ? words.people.rangeOr(showKey(keyOf("range", preferences.keys))) : words.people.range;
  const done = () => (setChoice(null), setPlanning(false), onSelect(NOBODY));
  return (
    <>
      <div class={`bulk ${some ? "" : "quiet"}`} role="group" aria-label={words.people.apply}>
        <span role="status">{!some ? how : all ? words.people.allSelected(formats.count(size)) : words.people.selected(formats.count(size))}</span>
        {some && BULK_CHOICES.map((one) => <button key={one} type="button" onClick={judge(one)}>{one === "none" ? words.user.unjudge : `${SIGNS[one]} ${words.verdict[one]}`}</button>)}
        {some && <button type="button" onClick={() => setPlanning(true)}>{words.plans.plan} …</button>}
        {some && !all && <button type="button" onClick={report}>{words.basket.add}</button>}
        {count !== null && count > 0 && !all && ids.size !== count && (
          <button type="button" class="bare" disabled={count > most} onClick={() => onSelect({ ids: new Set(), all: true })}>{words.people.all} ({formats.count(count)})</button>
        )}
        {most > 0 && count !== null && count > most && <span class="note">{words.people.tooMany(formats.count(most))}</span>}
        {some && <button type="button" class="bare" onClick={() => onSelect(NOBODY)}>{words.people.close}</button>}
      </div>
      {choice && <BulkDialog whom={whom} choice={choice} onClose={() => setChoice(null)} onDone={done} />}
      {planning && <PlanDialog whom={whom} onClose={() => setPlanning(false)} onDone={done} />}
    </>
  );
}
