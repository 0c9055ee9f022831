/** Before an action is planned for many: which, why, from when; how many get it, and who is left out and why. */
import { useState } from "preact/hooks";
import { changedOf } from "../model/bulk";
import { planBody, PLAN_TYPES, type PlanType } from "../model/plans";
import { hashOf } from "../model/place";
import { words } from "../model/words";
import { Choices, Dialog, Handle } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Failure, States } from "../ui/states";
import { useBulkWrite } from "./bulk_write";
import { useConsole } from "./use_console";

const LONGEST_CAUSE = 1000; // of the server

interface PlanProps {
  /** Ids, or a filter: all that match it. */
  whom: readonly number[] | string;
  onClose: () => void;
  onDone: () => void;
}

export function PlanDialog({ whom, onClose, onDone }: PlanProps) {
  const { ask, formats, say, outbox } = useConsole();
  const [type, setType] = useState<PlanType>("block");
  const [cause, setCause] = useState("");
  const [day, setDay] = useState("");
  const preview = useQuery(ask.planPreview(planBody(whom, type)), { keep: true });
  const { busy, error, was, apply } = useBulkWrite({
    path: "/api/planned-actions/", body: planBody(whom, type, cause, day), count: preview.data?.count ?? 0,
    recount: () => void preview.refetch(),
    onWritten: async (answer) => {
      const { planned } = (await answer.json()) as { planned: number };
      const editId = answer.headers.get("X-Edit-ID");
      if (editId) outbox.made(words.actions.users(planned, formats.count(planned)), "planned", editId);
      say(words.plans.done(planned, formats.count(planned)));
      onDone();
    },
  });
  return (
    <Dialog title={words.plans.plan} onClose={onClose}>
      <form class="stack" onSubmit={(event) => (event.preventDefault(), void apply())}>
        <p class="note">{words.plans.how}</p>
        <Choices<PlanType> label={words.plans.type} value={type} options={PLAN_TYPES.map((one) => [one, words.plans.types[one]] as const)} onChange={setType} />
        <label class="field">{words.plans.cause}<input name="cause" maxLength={LONGEST_CAUSE} value={cause} onInput={(event) => setCause(event.currentTarget.value)} /></label>
        <label class="field">{words.plans.notBefore}<input type="date" name="day" value={day} onInput={(event) => setDay(event.currentTarget.value)} /></label>
        <States of={preview} rows={4}>
          {(data) => (
            <div class="stack">
              {was !== null && <p class="notice" role="alert">{words.people.recounted(formats.count(was), formats.count(data.count))}</p>}
              <p><b>{words.plans.preview(changedOf(data), formats.count(changedOf(data)))}</b></p>
              {Object.entries(data.skipped).filter(([, n]) => n > 0).map(([reason, n]) => <p key={reason} class="note">{words.plans.skipped(formats.count(n), words.plans.reasons[reason] ?? reason)}</p>)}
              {data.sample.length > 0 && <p class="note">{words.people.sample}: {data.sample.map(({ id, handle }, i) => <>{i > 0 && ", "}<a key={id} href={hashOf(`users/${id}`)} onClick={onClose}><Handle>{handle}</Handle></a></>)}</p>}
              {error && <Failure error={error} again={() => void apply()} />}
              <p class="row at-end">
                <button class="go" disabled={busy || preview.isFetching || changedOf(data) === 0}>{busy ? words.people.applying : words.plans.apply}</button>
                <button type="button" onClick={onClose}>{words.people.cancel}</button>
              </p>
            </div>
          )}
        </States>
      </form>
    </Dialog>
  );
}
