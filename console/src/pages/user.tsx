/** One user: everything known, the verdict with its note, and what was done. The keys are those of triage. */
import { useEffect, useState } from "preact/hooks";
import { shownVerdict } from "../model/outbox";
import { hashOf } from "../model/place";
import type { UserDetail, Verdict } from "../model/types";
import { choiceOf, type Choice } from "../model/verdict";
import { words } from "../model/words";
import { useEntries } from "../ui/console";
import { ExtraKeys } from "../ui/extra_keys";
import { useKeys } from "../ui/keys";
import { BothVersions } from "../ui/both_versions";
import { NoteDialog } from "../ui/note";
import { Tag, VerdictTag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Empty, States } from "../ui/states";
import { UserHead } from "../ui/user_card";
import { VerdictKeys } from "../ui/verdict_keys";
import { useDecide, type Subject } from "./decide";
import { saveAnswer } from "./save";
import { useConsole } from "./use_console";
import { Actions, History, Profile, Signals, UserPosts } from "./user_parts";

export function UserPage({ path }: { path: string[] }) {
  const { ask } = useConsole();
  const id = Number(path[1]);
  const known = Number.isSafeInteger(id) && id > 0;
  const user = useQuery(ask.user(known ? id : 0), { enabled: known });
  if (!known || (user.error as { status?: number } | null)?.status === 404) return <><h1 class="sr">{words.user.title}</h1><Empty title={words.user.gone} why={words.user.goneWhy}><p><a href={hashOf("people")}>{words.pages.people}</a></p></Empty></>;
  return <States of={user} rows={8} title={words.user.title}>{(data) => <One key={data.id} user={data} refetch={() => void user.refetch()} />}</States>;
}

function One({ user, refetch }: { user: UserDetail; refetch: () => void }) {
  const { outbox, formats, send, say, basket } = useConsole();
  const entries = useEntries();
  const decide = useDecide();
  const [writing, setWriting] = useState(false);
  const [tag, setTag] = useState<string | null>(null);
  const pending = shownVerdict(entries, user.id);
  const stored = user.classification ?? null;
  const shown: Verdict | null = pending === undefined ? stored : pending;
  const conflict = entries.find((entry) => entry.user.id === user.id && entry.state === "conflict");
  // The tag of what is shown: a write over something newer is refused, and both versions are shown.
  useEffect(() => {
    if (!stored) return setTag(null);
    void send(`/api/users/${user.id}/classification/`).then((answer) => answer.text().then(() => setTag(answer.headers.get("ETag"))), () => setTag(null));
  }, [stored?.classified_at, stored?.notes]);
  const mine = pending !== undefined && pending !== null;
  const subject: Subject = { user, before: shown, etag: mine ? null : tag };
  const judge = (choice: Choice) => void decide.judge(subject, choice);
  const write = (text: string) => {
    decide.setNote(subject, text);
    if (shown) outbox.add({ id: user.id, handle: user.handle ?? "" }, { kind: "verdict", harmful: !!shown.harmful, inactive: !!shown.inactive, notes: text || null, sampled: false }, shown, subject.etag);
  };
  const later = () => {
    decide.later(subject);
    say(words.triage.later(`@${user.handle}`));
  };
  const rows = [
    ["note", words.triage.note, () => setWriting(true)],
    ["block", words.triage.recordBlock, () => decide.record(subject, "block")],
    ["mute", words.triage.recordMute, () => decide.record(subject, "mute")],
    ["basket", words.basket.add, () => decide.toggleBasket(user.id)],
  ] as const;
  useKeys({
    harmful: () => judge("harmful"), inactive: () => judge("inactive"), sane: () => judge("sane"), ...(shown ? {} : { later }),
    note: rows[0][2], block: rows[1][2], mute: rows[2][2], basket: rows[3][2],
  });
  const note = decide.noteOf(subject);
  const others = user.same_person ?? [];
  return (
    <div class="triage">
      <div class="stack">
        <div>
          <div class="card profile subject">
            <UserHead user={user} formats={formats} badge={<span class="badges"><VerdictTag verdict={shown} />{basket.includes(user.id) && <Tag tone="accent">{words.basket.added}</Tag>}</span>}>
              {others.length > 0 && <p class="facts"><span>{words.user.rows}:</span>{others.map((id) => <a key={id} href={hashOf(`users/${id}`)}>#{id}</a>)}</p>}
            </UserHead>
            {note && <p class="written" dir="auto">{note}</p>}
            {conflict && (
              <div class="problem" role="alert">
                <strong>{words.user.changed}</strong>
                <BothVersions entry={conflict} />
                <button type="button" onClick={() => (outbox.drop(conflict.key), refetch())}>{words.triage.keepTheirs}</button>
                <button type="button" onClick={() => void outbox.sendAgain(conflict.key)}>{words.triage.keepYours}</button>
              </div>
            )}
          </div>
          <div class="below">
            <VerdictKeys chosen={choiceOf(shown)} onChoice={judge} onLater={shown ? undefined : later} />
            <ExtraKeys rows={rows} />
          </div>
        </div>
        <Signals id={user.id} />
        <UserPosts id={user.id} />
      </div>
      <div class="stack">
        <Profile user={user} verdict={shown}>
          <p class="row">
            <button type="button" onClick={() => void saveAnswer(send, `/api/users/${user.id}/report/`, "report.html", { headers: { Accept: "text/html" } }).catch((error: Error) => say(error.message, "harmful"))}>{words.user.saveReport}</button>
            {shown && <button type="button" onClick={() => outbox.add({ id: user.id, handle: user.handle ?? "" }, { kind: "unjudge" }, shown)}>{words.user.unjudge}</button>}
          </p>
        </Profile>
        <Actions id={user.id} />
        <History id={user.id} />
      </div>
      {writing && <NoteDialog text={note} onSave={write} onClose={() => setWriting(false)} />}
    </div>
  );
}
