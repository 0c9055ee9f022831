/** What is planned: how far it has come, everything stopped at once, and handles that are left alone. */
import { useState } from "preact/hooks";
import { newKey } from "../model/outbox";
import { hashOf } from "../model/place";
import { PLAN_STATES, progressOf, type PlanState } from "../model/plans";
import type { PlannedAction } from "../model/types";
import { words } from "../model/words";
import { replaceHash } from "../ui/hash";
import { More, usePages } from "../ui/more";
import { Card, Choices, Foreign, Handle, Tag } from "../ui/parts";
import { Progress } from "../ui/progress";
import { useQuery } from "../ui/query";
import { Empty, States } from "../ui/states";
import type { Tone } from "../model/verdict";
import { useConsole } from "./use_console";

const ANY = "any";
const TONES: Record<PlanState, Tone> = { planned: "accent", claimed: "inactive", done: "sane", failed: "harmful", cancelled: "plain" };

/** A write whose failure is told. @return the answer, or null */
function useWrite() {
  const { send, say } = useConsole();
  return (path: string, method: string, body?: object): Promise<Response | null> => {
    const headers: Record<string, string> = { "Idempotency-Key": newKey() };
    if (body) headers["Content-Type"] = "application/json";
    return send(path, { method, headers, body: body ? JSON.stringify(body) : undefined }).catch((error: Error) => (say(error.message, "harmful"), null));
  };
}

export function Plans({ query }: { query: Record<string, string> }) {
  const { ask, account, formats, say, outbox } = useConsole();
  const write = useWrite();
  const state = PLAN_STATES.find((one) => one === query.state);
  const plans = usePages(ask.plans(account.id, state));
  const counts = Object.fromEntries(PLAN_STATES.map((one) => [one, useQuery(ask.planCount(account.id, one), { keep: true }).data?.count ?? 0])) as Record<PlanState, number>;
  const stop = async () => {
    if (!confirm(words.plans.sure(account.handle))) return;
    const answer = await write("/api/planned-actions/cancel/", "POST", { account_id: account.id });
    if (!answer) return;
    const { cancelled } = (await answer.json()) as { cancelled: number };
    const editId = answer.headers.get("X-Edit-ID");
    if (editId) outbox.made(words.actions.users(cancelled, formats.count(cancelled)), "cancelled", editId);
    say(words.plans.stopped(cancelled, formats.count(cancelled)));
  };
  const empty = state ? <Empty title={words.plans.noneOfState} /> : <Empty title={words.plans.none} why={words.plans.noneWhy}><p><a href={hashOf("people")}>{words.pages.people}</a></p></Empty>;
  const show = (next: string) => replaceHash(hashOf("actions", { view: "planned", state: next === ANY ? undefined : next }));
  return (
    <div class="stack">
      <Card title={words.plans.progress} note={words.plans.share(formats.percent(progressOf(counts), 0))}>
        <Progress label={words.plans.progress} done={progressOf(counts)} of={1} />
        <div class="row">
          <Choices<string> label={words.plans.progress} value={state ?? ANY} options={[[ANY, words.people.any], ...PLAN_STATES.map((one) => [one, `${words.plans.states[one]} ${formats.count(counts[one])}`] as const)]} onChange={show} />
          {counts.planned > 0 && <button type="button" onClick={() => void stop()}>{words.plans.stop}</button>}
        </div>
      </Card>
      <States of={plans} rows={8} isEmpty={(pages) => pages.flat().length === 0} empty={empty}>
        {(pages) => (
          <Card>
            <ul class="rows">{pages.flat().map((plan) => <Row key={plan.id} plan={plan} onCancelled={() => void plans.refetch()} />)}</ul>
            <More of={plans} />
          </Card>
        )}
      </States>
      <Exemptions />
    </div>
  );
}

function Row({ plan, onCancelled }: { plan: PlannedAction; onCancelled: () => void }) {
  const { formats } = useConsole();
  const write = useWrite();
  const state = plan.state as PlanState;
  const cancel = () => void write(`/api/planned-actions/${plan.id}/`, "PATCH", { state: "cancelled" }).then(onCancelled);
  const detail = state === "claimed" ? words.plans.claimed(plan.worker ?? "", formats.time(plan.lease_until ?? null)) : state === "planned" && plan.not_before ? words.plans.from(formats.time(plan.not_before)) : (plan.notes ?? "");
  return (
    <li>
      <Tag><Foreign>{plan.action_type}</Foreign></Tag>
      <a href={hashOf(`users/${plan.user_id}`)}><Handle>{plan.handle}</Handle></a>
      <Foreign class="note grow">{[plan.cause, detail].filter(Boolean).join(" · ")}</Foreign>
      <span class="n note">
        <Tag tone={TONES[state]}>{words.plans.states[state]}</Tag> {formats.time(plan.finished_at ?? plan.created_at ?? null)}{" "}
        {state === "planned" && <button type="button" class="bare" aria-label={`${words.plans.cancel}: @${plan.handle}`} onClick={cancel}>{words.plans.cancel}</button>}
      </span>
    </li>
  );
}

function Exemptions() {
  const { ask } = useConsole();
  const write = useWrite();
  const exempt = useQuery(ask.exemptions(), { keep: true });
  const [handle, setHandle] = useState("");
  const add = async () => {
    if (handle.trim() && (await write("/api/exemptions/", "POST", { handle }))) setHandle("");
    void exempt.refetch();
  };
  const remove = (one: string) => void write(`/api/exemptions/${encodeURIComponent(one)}/`, "DELETE").then(() => exempt.refetch());
  return (
    <Card title={words.plans.exempt} note={words.plans.exemptHelp}>
      <form class="row" onSubmit={(event) => (event.preventDefault(), void add())}>
        <input name="exempt" aria-label={words.plans.exemptHandle} placeholder="@handle" maxLength={100} value={handle} onInput={(event) => setHandle(event.currentTarget.value)} />
        <button>{words.plans.exemptAdd}</button>
      </form>
      <States of={exempt} rows={2} isEmpty={({ results }) => results.length === 0} empty={<p class="note">{words.plans.noneExempt}</p>}>
        {({ results }) => (
          <ul class="rows">
            {results.map(({ handle: one }) => <li key={one}><Handle>{one}</Handle><span class="n"><button type="button" class="bare" aria-label={`${words.plans.exemptEnd}: @${one}`} onClick={() => remove(one!)}>{words.plans.exemptEnd}</button></span></li>)}
          </ul>
        )}
      </States>
    </Card>
  );
}
