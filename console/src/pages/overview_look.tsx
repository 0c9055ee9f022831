/** What needs attention: waves not judged, faults of the data, a silent scraper; each with what to do. */
import { hashOf } from "../model/place";
import { words } from "../model/words";
import { judgedOf, partsOf } from "../model/waves";
import { SIGNS } from "../model/verdict";
import { Card, Foreign, Tag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Failure, Skeleton } from "../ui/states";
import { useConsole } from "./use_console";

const SILENT_MS = 3 * 86400_000;
const MOST = 3;

export function ToLookAt() {
  const { ask, account, formats } = useConsole();
  const cohorts = useQuery(ask.cohorts(account.handle));
  const quality = useQuery(ask.quality(account.handle));
  const stats = useQuery(ask.stats(account.handle));
  const waves = (cohorts.data ?? []).filter(({ unclassified }) => (unclassified ?? 0) > 0).slice(0, MOST);
  const faults = (quality.data ?? []).filter(({ rows }) => (rows ?? 0) > 0);
  const last = stats.data?.last_scrape_at ?? null;
  const silent = last !== null && Date.now() - Date.parse(last) > SILENT_MS;
  const asked = [cohorts, quality, stats];
  const failed = asked.filter(({ error }) => error);
  const nothing = waves.length === 0 && faults.length === 0 && !silent && asked.every(({ data }) => data !== undefined);
  return (
    <Card title={words.overview.look}>
      {asked.every(({ data, error }) => data === undefined && !error) ? <Skeleton rows={3} /> : nothing ? <p class="note">✓ {words.overview.nothingToLook}</p> : (
          <ul class="rows">
            {silent && <li><Tag tone="inactive">◌ {words.overview.scraper}</Tag><span class="grow">{words.overview.silent(formats.ago(last))}. {words.overview.silentWhat}</span></li>}
            {waves.map((wave) => {
              const { month, shared } = partsOf(wave.key);
              const what = wave.kind === "template" ? words.overview.template(shared) : wave.kind === "bio" ? words.overview.bio : words.overview.link;
              return (
                <li key={wave.id}>
                  <Tag tone="harmful">{SIGNS.harmful} {words.overview.wave}</Tag>
                  <span class="grow">
                    <a href={hashOf(`waves/${wave.id}`)}><Foreign>{words.overview.waveText(formats.count(wave.size), formats.month(month), what)}</Foreign></a>{" "}
                    <span class="note">{words.overview.judgedOf(formats.count(judgedOf(wave)), formats.count(wave.size))}</span>
                  </span>
                </li>
              );
            })}
            {faults.slice(0, MOST).map(({ id, title, rows }) => (
              <li key={id}><Tag tone="accent">? {words.overview.data}</Tag><a class="grow" href={hashOf("quality")}>{title}</a><span class="n note">{formats.count(rows)}</span></li>
            ))}
          </ul>
      )}
      {failed.map(({ error, refetch }, i) => <Failure key={i} error={error!} again={() => void refetch()} />)}
    </Card>
  );
}
