/** The last ten decisions, each of which can still be changed, and all that need the operator. */
import { isPending, isRefused, lastDecided, type Entry } from "../model/outbox";
import { hashOf } from "../model/place";
import { bodyOf, choiceOf, CHOICES, SIGNS, type Choice } from "../model/verdict";
import { words } from "../model/words";
import { BothVersions } from "../ui/both_versions";
import { useEntriesLater } from "../ui/console";
import { Icon } from "../ui/icons";
import { Kbd } from "../ui/keys";
import { memo } from "../ui/memo";
import { Card, Handle, Tag, VerdictTag } from "../ui/parts";
import { useConsole } from "./use_console";

const SHOWN = 10;

export const LastTen = memo(({ left, text }: { left: number; text?: string }) => {
  const { formats, preferences } = useConsole();
  const shown = lastDecided(useEntriesLater(), SHOWN);
  return (
    <Card title={words.triage.decided} note={preferences.keys.letters && <><Kbd of="undo" /> {words.triage.takesBack}</>} class="rail">
      {shown.length === 0 ? <p class="note">{words.triage.nothingDecided}</p> : <ul class="rows">{shown.map((entry) => <Row key={entry.key} entry={entry} />)}</ul>}
      {left > 0 && <p class="note more">{words.triage.left(formats.count(left))} {text}</p>}
    </Card>
  );
});

const Row = memo(({ entry }: { entry: Entry }) => {
  const { outbox } = useConsole();
  const { work, user, state } = entry;
  const choice = work.kind === "verdict" ? choiceOf(work) : null;
  const isOne = user.id > 0;
  const change = (next: Choice) => {
    if (work.kind !== "verdict" || next === choice) return;
    const before = { harmful: work.harmful, inactive: work.inactive, notes: work.notes, classified_at: null };
    outbox.add(user, { ...work, ...bodyOf(next) }, before, entry.newEtag);
  };
  return (
    <li class={state}>
      {isOne ? <a href={hashOf(`users/${user.id}`)}><Handle>{user.handle}</Handle></a> : <span>{user.handle}</span>}
      <span class="n">
        {choice && !isRefused(entry) && (
          <select class={`tag ${choice}`} aria-label={`@${user.handle}`} value={choice} onChange={(event) => change(event.currentTarget.value as Choice)}>
            {CHOICES.map((one) => <option key={one} value={one}>{SIGNS[one]} {words.verdict[one].toLowerCase()}</option>)}
          </select>
        )}
        {choice && state === "failed" && <VerdictTag choice={choice} />}
        {work.kind === "unjudge" && <VerdictTag choice={null} />}
        {work.kind === "undo" && <Tag>{words.triage.takenBack}</Tag>}
        {work.kind === "bulk" && <VerdictTag verdict={work} />}
        {work.kind === "made" && (work.choice === "planned" || work.choice === "cancelled" ? <Tag>{words.plans.states[work.choice]}</Tag> : <VerdictTag choice={work.choice === "none" ? null : work.choice} />)}
        {work.kind === "action" && <Tag>{work.actionType}</Tag>}
        {work.kind === "later" && <Tag>{words.verdict.later.toLowerCase()}</Tag>}
        {isPending(entry) && <i class="dot" role="img" aria-label={words.triage.waiting} title={words.triage.waiting} />}
        {!isRefused(entry) && <button type="button" class="bare" aria-label={`${words.triage.takeBack}: ${isOne ? "@" : ""}${user.handle}`} onClick={() => outbox.takeBack(entry)}><Icon name="undo" /></button>}
      </span>
      {state === "conflict" && <Conflict entry={entry} />}
      {state === "failed" && (
        <p class="problem" role="alert">
          {words.triage.failed}: {entry.error}
          <button type="button" onClick={() => void outbox.sendAgain(entry.key)}>{words.triage.retry}</button>
          <button type="button" onClick={() => outbox.drop(entry.key)}>{words.triage.drop}</button>
        </p>
      )}
    </li>
  );
});

function Conflict({ entry }: { entry: Entry }) {
  const { outbox } = useConsole();
  return (
    <div class="problem" role="alert">
      <strong>{words.triage.conflict}</strong>
      <BothVersions entry={entry} />
      <button type="button" onClick={() => outbox.drop(entry.key)}>{words.triage.keepTheirs}</button>
      <button type="button" onClick={() => void outbox.sendAgain(entry.key)}>{words.triage.keepYours}</button>
    </div>
  );
}
