/** The cards of a user's page. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { eventName } from "../model/log";
import type { UserDetail, Verdict } from "../model/types";
import { choiceOf } from "../model/verdict";
import { signalRows, type SignalRow } from "../model/why";
import { words } from "../model/words";
import { Card, Foreign, Tag, VerdictTag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { States } from "../ui/states";
import { ContributionBar, Posts } from "../ui/user_card";
import { useConsole } from "./use_console";

const POSTS = 20;

export function Profile({ user, verdict, children }: { user: UserDetail; verdict: Verdict | null; children: ComponentChildren }) {
  const { formats } = useConsole();
  const yes = (value: boolean | null | undefined) => (value === null || value === undefined ? "–" : value ? words.user.yes : words.user.no);
  const rows: [string, ComponentChildren][] = [
    [words.people.joined, formats.month(user.created_at)],
    [words.user.lastSeen, formats.ago(user.last_updated)],
    [words.user.follower, yes(user.follower)],
    [words.user.certified, yes(user.certified)],
    [words.user.link, user.featured_url ? <Foreign>{user.featured_url}</Foreign> : "–"],
    ["#", String(user.id)],
  ];
  return (
    <Card title={words.user.profile} note={verdict?.classified_at && choiceOf(verdict) ? words.user.judged(formats.ago(verdict.classified_at)) : undefined}>
      <dl class="fields">{rows.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}.`}>{value}</dd>])}</dl>
      <div class="more">{children}</div>
    </Card>
  );
}

function valueOf({ value, missing }: SignalRow, decimal: (n: number) => string): string {
  if (missing) return words.user.missing(missing);
  if (typeof value === "boolean") return value ? words.user.yes : words.user.no;
  return value === null ? "–" : decimal(value);
}

export function Signals({ id }: { id: number }) {
  const { ask, formats } = useConsole();
  const signals = useQuery(ask.signals(id));
  const rules = useQuery(ask.rules());
  return (
    <Card title={words.user.signals}>
      <States of={signals}>
        {(data) => {
          const rows = signalRows(data, rules.data);
          const fired = rows.filter(({ contribution }) => contribution !== 0);
          const quiet = rows.filter(({ contribution }) => contribution === 0);
          const most = Math.max(1, ...fired.map(({ contribution }) => Math.abs(contribution)));
          return (
            <>
              <p class="facts">
                <span>{words.user.score} <b>{formats.score(data.risk)}</b></span>
                {data.rank !== null && <span>{words.user.higher(formats.percent(data.rank, 0))}</span>}
                {data.band && <Tag tone={data.band === "high" || data.band === "very_high" ? "harmful" : "plain"}>{data.band.replace("_", " ")}</Tag>}
                {data.probability !== null && <span>{words.user.probability} <b>{formats.percent(data.probability, 0)}</b></span>}
              </p>
              <ul class="why">{fired.map((row) => <li key={row.id} title={row.why}><span>{row.title} <span class="note">{valueOf(row, formats.decimal)}</span></span><ContributionBar value={row.contribution} most={most} formats={formats} /></li>)}</ul>
              <details class="table">
                <summary>{words.user.quiet(quiet.length)}</summary>
                <table>
                  <thead><tr><th scope="col">{words.user.signal}</th><th scope="col">{words.user.value}</th><th scope="col" class="num">{words.user.threshold}</th></tr></thead>
                  <tbody>{quiet.map((row) => <tr key={row.id}><td title={row.why}>{row.title}</td><td>{valueOf(row, formats.decimal)}</td><td class="num">{formats.decimal(row.threshold)}</td></tr>)}</tbody>
                </table>
              </details>
            </>
          );
        }}
      </States>
    </Card>
  );
}

export function UserPosts({ id }: { id: number }) {
  const { ask, formats } = useConsole();
  const [limit, setLimit] = useState(POSTS);
  const posts = useQuery(ask.posts(id, limit), { keep: true });
  return (
    <Card title={words.user.posts} note={posts.data?.count ? formats.count(posts.data.count) : undefined}>
      <States of={posts}>
        {({ results, count }) => (
          <>
            <Posts posts={results} formats={formats} />
            {(count ?? 0) > results.length && <p class="more"><button type="button" onClick={() => setLimit(limit + 50)}>{words.user.more}</button></p>}
          </>
        )}
      </States>
    </Card>
  );
}

export function Actions({ id }: { id: number }) {
  const { ask, formats } = useConsole();
  const actions = useQuery(ask.userActions(id));
  return (
    <Card title={words.user.actions}>
      <States of={actions} isEmpty={({ results }) => results.length === 0} empty={<p class="note">{words.user.noActions}</p>}>
        {({ results }) => (
          <ul class="rows">
            {results.map((action) => <li key={action.id}><Tag><Foreign>{action.action_type}</Foreign></Tag><Foreign class="note">{action.notes}</Foreign><span class="n note">{formats.day(action.timestamp)}</span></li>)}
          </ul>
        )}
      </States>
    </Card>
  );
}

export function History({ id }: { id: number }) {
  const { ask, formats } = useConsole();
  const logs = useQuery(ask.logs({ user_id: id, limit: 30, ordering: "-id" }));
  return (
    <Card title={words.user.history}>
      <States of={logs} isEmpty={({ results }) => results.length === 0} empty={<p class="note">{words.user.noHistory}</p>}>
        {({ results }) => (
          <ul class="rows">
            {results.map((entry) => {
              const after = entry.after as Partial<Verdict> | null;
              const isVerdict = entry.event.startsWith("classification");
              return (
                <li key={entry.id} title={formats.time(entry.time)}>
                  {isVerdict ? <VerdictTag verdict={after ? { harmful: after.harmful ?? false, inactive: after.inactive ?? false } : null} /> : <Tag>{eventName(entry.event)}</Tag>}
                  <span class="note">{entry.operator && words.user.by(entry.operator)}</span>
                  <span class="n note">{formats.ago(entry.time)}</span>
                </li>
              );
            })}
          </ul>
        )}
      </States>
    </Card>
  );
}
