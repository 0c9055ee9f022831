/** Before one verdict for many: how many, who is among them, who is left out; then one edit that `z` takes back. */
import { useEffect, useRef } from "preact/hooks";
import { bulkBody, changedOf, type BulkChoice } from "../model/bulk";
import { hashOf } from "../model/place";
import type { BulkPreview, User } from "../model/types";
import { SIGNS } from "../model/verdict";
import { words } from "../model/words";
import { Dialog, Handle, VerdictTag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Failure, States } from "../ui/states";
import { useBulkWrite } from "./bulk_write";
import { useConsole } from "./use_console";

interface PreviewProps {
  /** Ids, or a filter: all that match it. */
  whom: readonly number[] | string;
  choice: BulkChoice;
  onClose: () => void;
  onDone: () => void;
}

export function BulkDialog({ whom, choice, onClose, onDone }: PreviewProps) {
  const { ask, formats, say, outbox } = useConsole();
  const body = bulkBody(whom, choice);
  const preview = useQuery(ask.bulkPreview(body), { keep: true });
  const count = preview.data?.count ?? 0;
  const go = useRef<HTMLButtonElement>(null);
  useEffect(() => go.current?.focus(), [count]); // it was not there yet when the dialog opened
  const { busy, error, was, apply } = useBulkWrite({
    path: "/api/classifications/", body, count, recount: () => void preview.refetch(),
    onWritten: async (answer) => {
      const { updated } = (await answer.json()) as { updated: number };
      const editId = answer.headers.get("X-Edit-ID");
      if (editId) outbox.made(words.actions.users(updated, formats.count(updated)), choice, editId);
      say(words.people.done(updated, formats.count(updated)));
      onDone();
    },
  });
  const title = choice === "none" ? words.user.unjudge : `${SIGNS[choice]} ${words.verdict[choice]}`;
  return (
    <Dialog title={title} onClose={onClose}>
      <States of={preview} rows={6}>
        {(data: BulkPreview) => (
          <div class="stack">
            {was !== null && <p class="notice" role="alert">{words.people.recounted(formats.count(was), formats.count(data.count))}</p>}
            <p><b>{words.people.preview(changedOf(data), formats.count(changedOf(data)))}</b> {choice === "none" ? words.people.removes : words.people.consequences}</p>
            {Object.entries(data.skipped).map(([reason, n]) => <p key={reason} class="note">{words.people.skipped(n, formats.count(n), words.people.reasons[reason] ?? reason)}</p>)}
            <Sample users={data.sample} choice={choice} onLeave={onClose} />
            {error && <Failure error={error} again={() => void apply()} />}
            <p class="row at-end">
              <button ref={go} type="button" class="go" disabled={busy || preview.isFetching || changedOf(data) === 0} onClick={() => void apply()}>{busy ? words.people.applying : choice === "none" ? words.user.unjudge : words.people.apply}</button>
              <button type="button" onClick={onClose}>{words.people.cancel}</button>
            </p>
          </div>
        )}
      </States>
    </Dialog>
  );
}

/** Ten of them by chance, with what they have now and what they get. */
function Sample({ users, choice, onLeave }: { users: User[]; choice: BulkChoice; onLeave: () => void }) {
  const { ask } = useConsole();
  const now = useQuery(ask.users({ id__in: users.map(({ id }) => id).join(","), fields: "id,classification", limit: users.length, count: "none" }), { enabled: users.length > 0, keep: true });
  const verdicts = new Map(now.data?.results.map(({ id, classification }) => [id, classification]));
  if (users.length === 0) return null;
  return (
    <div>
      <h3>{words.people.sample}</h3>
      <ul class="rows">
        {users.map(({ id, handle }) => (
          <li key={id}>
            <a href={hashOf(`users/${id}`)} onClick={onLeave}><Handle>{handle}</Handle></a>
            <span class="n">{verdicts.has(id) && <VerdictTag verdict={verdicts.get(id)} />} → <VerdictTag choice={choice === "none" ? null : choice} /></span>
          </li>
        ))}
      </ul>
    </div>
  );
}
