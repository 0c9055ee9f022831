/** The plots of the overview. */
import type { ComponentChildren } from "preact";
import { daysOf, edgeLabel, joinedBars, type Bar } from "../model/plots";
import { shiftDay, today } from "../model/preferences";
import type { Statistics } from "../model/types";
import { words } from "../model/words";
import { Bars, TimeLine } from "../ui/plots";
import { Card } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Empty, States } from "../ui/states";
import { useConsole } from "./use_console";

export function OverviewPlots({ days, look }: { days: number; look: ComponentChildren }) {
  const { ask, account, formats } = useConsole();
  const history = useQuery(ask.history(account.handle, shiftDay(today(), 1 - days)));
  const stats = useQuery(ask.stats(account.handle));
  const none = <Empty title={words.overview.none} />;
  return (
    <>
      <div class="grid">
        <Card title={words.overview.over} note={words.overview.overNote(formats.count(days))}>
          <States of={history} empty={none} isEmpty={(rows) => rows.length < 2}>
            {(rows) => {
              const line = daysOf(rows);
              const label = `${words.overview.over}: ${formats.count(line[0]!.value)} – ${formats.count(line.at(-1)!.value)}`;
              return <TimeLine days={line} label={label} formats={formats} />;
            }}
          </States>
        </Card>
        {look}
      </div>
      <States of={stats}>{(figures) => <Histograms of={figures} />}</States>
    </>
  );
}

function Histograms({ of }: { of: Statistics }) {
  const { formats } = useConsole();
  const { isYearly, bars: joined, table } = joinedBars((of.joined ?? []).map(({ month, total, harmful }) => ({ month, total, harmful: harmful ?? 0 })), formats.month);
  type Bin = { from: number; to: number | null; total: number; harmful: number | null };
  const bars = (bins: readonly Bin[]): Bar[] =>
    bins.map(({ from, to, total, harmful }) => ({
      label: edgeLabel(from, formats.short), title: to === null ? `≥ ${formats.decimal(from)}` : from === to ? formats.decimal(from) : `${formats.decimal(from)} – ${formats.decimal(to)}`, total, harmful: harmful ?? 0,
    }));
  return (
    <div class="grid thirds">
      <Card title={words.overview.joined} note={isYearly ? words.overview.byYear : words.overview.byMonth}><Bars bars={joined} rows={table} of={words.overview.month} label={words.overview.joined} formats={formats} /></Card>
      <Card title={words.overview.how}><Bars bars={bars((of.followers_count ?? []) as Bin[])} of={words.overview.followers} label={words.overview.how} formats={formats} /></Card>
      <Card title={words.overview.ratio}><Bars bars={bars((of.follow_ratio ?? []) as Bin[])} of={words.overview.ratio} label={words.overview.ratio} formats={formats} /></Card>
    </div>
  );
}
