/** Overview: what has changed since the last visit, how things stand, and what to look at next. */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Formats } from "../model/format";
import { hashOf } from "../model/place";
import { newsSince, noteVisit, shiftDay, today } from "../model/preferences";
import type { TriageSummary } from "../model/types";
import { words } from "../model/words";
import { Kbd, useKeys } from "../ui/keys";
import { Interval, Tag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { States } from "../ui/states";
import { OverviewPlots } from "./overview_plots";
import { ToLookAt } from "./overview_look";
import { useConsole } from "./use_console";

const DAYS = 90;

function greeting(): string {
  const hour = new Date().getHours();
  return hour < 12 ? words.overview.morning : hour < 18 ? words.overview.afternoon : words.overview.evening;
}

export function OverviewPage() {
  const { preferences, prefer } = useConsole();
  const day = today();
  const since = useMemo(() => newsSince(preferences.visit, day), [preferences.visit.last === day ? preferences.visit.before : preferences.visit.last]);
  useEffect(() => {
    const visit = noteVisit(preferences.visit, day);
    if (visit !== preferences.visit) prefer({ visit });
  }, [day]);
  const start = () => void (location.hash = hashOf("triage"));
  useKeys({ start });
  return (
    <div class="stack">
      <div class="head">
        <div><h1>{greeting()}</h1><News since={since} /></div>
        <a class="go" href={hashOf("triage")}>{words.overview.start} <Kbd of="start" /></a>
      </div>
      <Figures since={since} />
      <OverviewPlots days={DAYS} look={<ToLookAt />} />
    </div>
  );
}

function News({ since }: { since: string }) {
  const { ask, account, formats } = useConsole();
  const changes = useQuery(ask.changes(account.handle, since), { keep: true });
  const stats = useQuery(ask.stats(account.handle));
  const summary = useQuery(ask.summary(account.handle));
  const totals = changes.data?.totals;
  const judged = (stats.data?.classified_by_day ?? []).filter(({ day }) => day >= since).reduce((sum, one) => sum + one.harmful + one.inactive + one.sane, 0);
  if (!totals || !stats.data) return <p>{summary.data?.text ?? " "}</p>;
  const link = { to: hashOf("changes", { since }) };
  const parts = [
    totals.new > 0 && <a key="new" href={link.to}>{words.overview.news(formats.count(totals.new))}</a>,
    totals.gone > 0 && <a key="gone" href={link.to}>{words.overview.gone(formats.count(totals.gone))}</a>,
    totals.renamed > 0 && <a key="renamed" href={link.to}>{words.overview.renamed(formats.count(totals.renamed))}</a>,
    judged > 0 && <b key="judged">{words.overview.judged(formats.count(judged))}</b>,
  ].filter(Boolean);
  const when = since === shiftDay(today(), -1) ? words.overview.yesterday : formats.day(since);
  return (
    <p>
      {words.overview.since} {when}: {parts.length === 0 ? words.overview.quiet : parts.flatMap((part, i) => (i === 0 ? [part] : [", ", part]))}.{" "}
      {summary.data?.text}
    </p>
  );
}

/** How many of those who wait are still worth it. */
function stillWorth(next: TriageSummary["next"][number] | undefined, { count }: Formats): ComponentChildren {
  if (!next || next.expected_harmful === null) return null;
  if (next.expected_harmful < 1) return <Tag tone="sane">✓ {words.overview.enough}</Tag>;
  return words.overview.stillWorth(count(Math.round(next.expected_harmful)), count(next.verdicts));
}

function Figures({ since }: { since: string }) {
  const { ask, account, formats } = useConsole();
  const audience = useQuery(ask.audience(account.handle));
  const stats = useQuery(ask.stats(account.handle));
  const summary = useQuery(ask.summary(account.handle));
  const history = useQuery(ask.history(account.handle, since));
  return (
    <States of={stats} rows={2}>
      {({ users }) => {
        const { followers, effective, harmful, reason } = audience.data ?? {};
        const total = followers?.estimate ?? users.followers ?? 0;
        const before = history.data?.find(({ day }) => day === since)?.users.followers;
        const change = before === null || before === undefined || users.followers === null ? null : users.followers - before;
        const share = (value: number | null | undefined) => (value === null || value === undefined || !total ? null : value / total);
        const next = summary.data?.next[1];
        const unjudged = summary.data?.unjudged ?? users.unclassified;
        return (
          <dl class="figures">
            <div>
              <dt>{words.overview.followers}</dt>
              <dd>{formats.count(users.followers)} <small>{change !== null && (change === 0 ? words.overview.asOn(formats.day(since)) : words.overview.sinceVisit(change > 0 ? `+${formats.count(change)}` : formats.count(change), formats.day(since)))}</small></dd>
            </div>
            <div>
              <dt>{words.overview.effective}</dt>
              <dd>{formats.count(effective?.estimate)} <small>{effective?.low !== null && effective?.low !== undefined ? words.overview.to(formats.count(effective.low), formats.count(effective.high)) : (reason ?? audience.error?.message)}</small></dd>
              {effective && <Interval of={effective} max={total} tone="sane" />}
            </div>
            <div>
              <dt>{words.overview.harmful}</dt>
              <dd>{formats.percent(share(harmful?.estimate) ?? users.harmful_share)} <small>{harmful?.low !== null && harmful?.low !== undefined ? words.overview.to(formats.percent(share(harmful.low)), formats.percent(share(harmful.high))) : words.overview.harmfulAmong}</small></dd>
              {harmful && <Interval of={harmful} max={total} tone="harmful" />}
            </div>
            <div>
              <dt>{words.overview.waiting}</dt>
              <dd>{formats.count(unjudged)} <small>{stillWorth(next, formats) ?? (summary.error ? summary.error.message : words.overview.notJudged)}</small></dd>
            </div>
          </dl>
        );
      }}
    </States>
  );
}
