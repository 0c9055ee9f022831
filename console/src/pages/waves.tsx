/** Waves: groups that look alike and are larger than chance explains; and one of them as a contact sheet. */
import { hashOf } from "../model/place";
import type { Cohort } from "../model/types";
import { words } from "../model/words";
import { judgedOf, partsOf } from "../model/waves";
import { Foreign, Tag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Empty, States } from "../ui/states";
import { useConsole } from "./use_console";
import { Sheet } from "./wave_sheet";

export function WavesPage({ path }: { path: string[] }) {
  const { ask, account } = useConsole();
  const cohorts = useQuery(ask.cohorts(account.handle), { keep: true });
  const id = path[1];
  const title = <div class="head"><h1>{words.waves.title}</h1></div>;
  return (
    <>
      {!cohorts.data && title}
      <States of={cohorts} empty={<>{title}<Empty title={words.waves.none} why={words.waves.noneWhy} /></>}>
        {(waves) => {
          if (!id) return <AllWaves waves={waves} />;
          const wave = waves.find((one) => one.id === id);
          return wave ? <Sheet key={id} wave={wave} /> : <>{title}<Empty title={words.waves.gone} why={words.waves.goneWhy}><a href={hashOf("waves")}>{words.waves.back}</a></Empty></>;
        }}
      </States>
    </>
  );
}

function AllWaves({ waves }: { waves: Cohort[] }) {
  return (
    <>
      <div class="head"><div><h1>{words.waves.title}</h1><p>{words.waves.intro}</p></div></div>
      <div class="grid even">{waves.map((wave) => <WaveCard key={wave.id} wave={wave} />)}</div>
    </>
  );
}

export function Meter({ wave }: { wave: Cohort }) {
  const part = (n: number | null | undefined) => (100 * (n ?? 0)) / Math.max(1, wave.size);
  return (
    <svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="all" width="100" height="8" /><rect class="judged" width={part(judgedOf(wave))} height="8" /><rect class="bad" width={part(wave.harmful)} height="8" />
    </svg>
  );
}

function WaveCard({ wave }: { wave: Cohort }) {
  const { formats } = useConsole();
  const { month, shared } = partsOf(wave.key);
  const open = (wave.unclassified ?? 0) > 0;
  return (
    <a class="card wave" href={hashOf(`waves/${wave.id}`)}>
      <h2>{formats.month(month)} {open ? <Tag tone="accent">{formats.count(wave.unclassified)} {words.verdict.unclassified.toLowerCase()}</Tag> : <Tag tone="sane">✓</Tag>}</h2>
      <p class="note">{words.waves.kind[wave.kind]}: <Foreign>{shared}</Foreign></p>
      <Meter wave={wave} />
      <p class="facts">
        <span><b>{formats.count(wave.size)}</b> {words.waves.size.toLowerCase()}</span>
        <span><b>{formats.decimal(wave.expected, 1)}</b> {words.waves.expected.toLowerCase()}</span>
        <span><b>{formats.count(judgedOf(wave))}</b> {words.waves.judged.toLowerCase()}</span>
        <span><b>{formats.count(wave.harmful)}</b> {words.waves.harmful.toLowerCase()}</span>
      </p>
    </a>
  );
}
