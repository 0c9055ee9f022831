/** The plots and lists of calibration. */
import { hashOf } from "../model/place";
import type { CalibrationFigures } from "../model/types";
import { words } from "../model/words";
import { Card, Handle, VerdictTag } from "../ui/parts";
import { Bars, Plot, PlotTable } from "../ui/plots";
import { useQuery } from "../ui/query";
import { useConsole } from "./use_console";

type Props = { figures: CalibrationFigures };

export function Reliability({ figures }: Props) {
  const { formats } = useConsole();
  const bars = (figures.bins ?? []).map(({ from, to, n, harmful }) => ({
    label: formats.percent(from ?? 0, 0), title: `${formats.percent(from ?? 0, 0)} – ${formats.percent(to ?? 1, 0)}`, total: n, harmful,
  }));
  return <Card title={words.calibration.reliability} note={words.overview.harmfulAmong}><Bars bars={bars} of={words.user.rank} label={words.calibration.reliability} formats={formats} /></Card>;
}

const LEFT = 44;
const BELOW = 24;

export function Roc({ figures }: Props) {
  const { formats } = useConsole();
  const points = figures.roc ?? [];
  const draw = (width: number, height: number) => {
    const side = Math.min(width - LEFT - 16, (height - BELOW - 8) * 1.5);
    const left = LEFT + (width - LEFT - side) / 2;
    const x = (share: number) => left + share * side;
    const y = (share: number) => 8 + (height - BELOW - 8) * (1 - share);
    const line = points.map((point, i) => `${i === 0 ? "M" : "L"}${x(point.false_positive_rate).toFixed(1)} ${y(point.true_positive_rate).toFixed(1)}`).join("");
    return (
      <>
        {[0, 0.5, 1].map((tick) => (
          <g key={tick}>
            <line class="grid" x1={left} x2={left + side} y1={y(tick)} y2={y(tick)} /><text x={left - 8} y={y(tick) + 4} text-anchor="end">{formats.percent(tick, 0)}</text>
            <text x={x(tick)} y={height - 6} text-anchor="middle">{formats.percent(tick, 0)}</text>
          </g>
        ))}
        <line class="chance" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
        <path class="line" d={line} />
      </>
    );
  };
  return (
    <Card title={words.calibration.roc} note={`${words.calibration.tp} / ${words.calibration.fp.toLowerCase()}`}>
      <Plot label={words.calibration.roc} class="wide">{draw}</Plot>
      <PlotTable head={[words.user.threshold, words.calibration.fp, words.calibration.tp]} rows={points.map((point) => [formats.decimal(point.threshold), formats.percent(point.false_positive_rate), formats.percent(point.true_positive_rate)])} />
    </Card>
  );
}

export function Disagreements({ figures }: Props) {
  const { formats } = useConsole();
  const rows = figures.disagreements ?? [];
  return (
    <Card title={words.calibration.disagreements}>
      {rows.length === 0 ? <p class="note">✓ {words.calibration.noDisagreements}</p> : (
        <ul class="rows">
          {rows.map(({ user, risk, harmful }) => (
            <li key={user.id}>
              <a href={hashOf(`users/${user.id}`)}><Handle>{user.handle}</Handle></a>
              <span class="note">{words.user.score.toLowerCase()} {formats.score(risk)}</span>
              <span class="n"><VerdictTag verdict={{ harmful, inactive: false }} /><a class="note" href={hashOf(`users/${user.id}`)}>{words.calibration.judgeAgain}</a></span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

const HEAD = [
  [words.calibration.signal], [words.calibration.weight], [words.calibration.right, words.calibration.precision], [words.calibration.finds, words.calibration.recall], ["AUC", words.calibration.aucHelp],
] as const;

export function SignalFigures({ figures, weights }: Props & { weights: Record<string, number> }) {
  const { ask, formats } = useConsole();
  const rules = useQuery(ask.rules());
  const titles = new Map(rules.data?.signals.map((rule) => [rule.id as string, rule.title]));
  return (
    <Card title={words.user.signals}>
      <div class="scroll-x" tabIndex={0} role="region" aria-label={words.user.signals}>
        <table>
          <thead><tr>{HEAD.map(([text, help], i) => <th key={text} scope="col" class={i > 0 ? "num" : ""} title={help}>{text}</th>)}</tr></thead>
          <tbody>
            {(figures.signals ?? []).map((signal) => (
              <tr key={signal.id}>
                <td>{titles.get(signal.id) ?? signal.id}</td><td class="num">{formats.decimal(weights[signal.id])}</td><td class="num">{formats.percent(signal.precision, 0)}</td><td class="num">{formats.percent(signal.recall, 0)}</td><td class="num">{formats.score(signal.auc)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}
