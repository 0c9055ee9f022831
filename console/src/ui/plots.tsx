/** Plots in SVG of our own, each with a table behind it for readers of screens and for copying. */
import type { ComponentChildren } from "preact";
import type { Formats } from "../model/format";
import { linePath, ticksBetween, ticksUpTo, type Bar } from "../model/plots";
import { words } from "../model/words";

interface TableProps {
  head: readonly string[];
  rows: readonly (readonly ComponentChildren[])[];
}

export function PlotTable({ head, rows }: TableProps) {
  return (
    <details class="table">
      <summary>{words.overview.table}</summary>
      <div tabIndex={0} role="region" aria-label={words.overview.table}>
        <table>
          <thead><tr>{head.map((text, i) => <th key={text} scope="col" class={i > 0 ? "num" : ""}>{text}</th>)}</tr></thead>
          <tbody>{rows.map((cells, i) => <tr key={i}>{cells.map((cell, k) => <td key={k} class={k > 0 ? "num" : ""}>{cell}</td>)}</tr>)}</tbody>
        </table>
      </div>
    </details>
  );
}

interface BarsProps {
  bars: readonly Bar[];
  label: string;
  formats: Formats;
  wide?: boolean;
}

/** Bars with the harmful part in front. */
export function Bars({ bars, label, formats, wide }: BarsProps) {
  const width = wide ? 720 : 380;
  const height = 170;
  const left = 34;
  const bottom = height - 22;
  const max = Math.max(1, ...bars.map(({ total }) => total));
  const step = (width - left) / Math.max(1, bars.length);
  const y = (value: number) => bottom - (value / max) * (bottom - 12);
  const every = Math.ceil((bars.length * 38) / (width - left));
  return (
    <>
      <svg class="plot" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {ticksUpTo(max).map((tick) => (
          <g key={tick}><line class="grid" x1={left} x2={width} y1={y(tick)} y2={y(tick)} /><text x={left - 6} y={y(tick) + 4} text-anchor="end">{formats.short(tick)}</text></g>
        ))}
        {bars.map((bar, i) => {
          const x = left + i * step + step * 0.12;
          const size = step * 0.76;
          return (
            <g key={bar.title}>
              <title>{`${bar.title}: ${formats.count(bar.total)}, ${words.verdict.harmful.toLowerCase()} ${formats.count(bar.harmful)}`}</title>
              <rect class="all" x={x} width={size} y={y(bar.total)} height={bottom - y(bar.total)} rx="2" />
              {bar.harmful > 0 && <rect class="bad" x={x} width={size} y={y(bar.harmful)} height={bottom - y(bar.harmful)} rx="2" />}
              {i % every === 0 && <text x={x + size / 2} y={height - 6} text-anchor="middle">{bar.label}</text>}
              <rect class="hit" x={left + i * step} width={step} y="0" height={bottom} />
            </g>
          );
        })}
      </svg>
      <PlotTable head={["", words.overview.total, words.overview.harmfulColumn]} rows={bars.filter(({ total }) => total > 0).map((bar) => [bar.title, formats.count(bar.total), formats.count(bar.harmful)])} />
    </>
  );
}

interface LineProps {
  days: readonly { day: string; value: number; harmful: number }[];
  label: string;
  formats: Formats;
}

/** A count over days, with the harmful below. The two have scales of their own: the line's begins near its lowest value. */
export function TimeLine({ days, label, formats }: LineProps) {
  const [width, height, left, bottom] = [720, 260, 42, 236];
  const values = days.map(({ value }) => value);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const pad = Math.max(1, (high - low) * 0.15);
  const from = Math.max(0, low - pad * 2.4);
  const to = high + pad;
  const mostHarmful = Math.max(1, ...days.map(({ harmful }) => harmful));
  const x = (i: number) => left + (i / Math.max(1, days.length - 1)) * (width - left - 4);
  const y = (value: number) => bottom - ((value - from) / (to - from)) * (bottom - 8);
  const yHarmful = (value: number) => bottom - (value / mostHarmful) * 56;
  const harmful = linePath(days.map((one) => one.harmful), x, yHarmful);
  const marks = days.map((one, i) => ({ ...one, i })).filter(({ day, i }) => day.endsWith("-01") || i === 0 || i === days.length - 1);
  const shown = marks.filter(({ i }, k) => k === 0 || k === marks.length - 1 || (x(i) - x(marks[0]!.i) > 70 && x(days.length - 1) - x(i) > 70));
  return (
    <>
      <svg class="plot wide" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {ticksBetween(from, to).map((tick) => (
          <g key={tick}><line class="grid" x1={left} x2={width} y1={y(tick)} y2={y(tick)} /><text x={left - 6} y={y(tick) + 4} text-anchor="end">{formats.short(tick)}</text></g>
        ))}
        <path class="under" d={`${harmful}L${x(days.length - 1)} ${bottom}L${left} ${bottom}Z`} />
        <path class="line bad" d={harmful} />
        <path class="line" d={linePath(values, x, y)} />
        {shown.map(({ day, i }, k) => <text key={day} x={x(i)} y={height - 6} text-anchor={k === 0 ? "start" : k === shown.length - 1 ? "end" : "middle"}>{formats.day(day)}</text>)}
        {days.map(({ day, value, harmful: bad }, i) => (
          <g key={day}>
            <title>{`${formats.day(day)}: ${formats.count(value)}, ${words.verdict.harmful.toLowerCase()} ${formats.count(bad)}`}</title>
            <rect class="hit" x={x(i) - (width - left) / days.length / 2} width={(width - left) / days.length} y="0" height={bottom} />
          </g>
        ))}
      </svg>
      <PlotTable head={["", words.overview.followers, words.overview.harmfulColumn]} rows={[...days].reverse().map(({ day, value, harmful: bad }) => [formats.day(day), formats.count(value), formats.count(bad)])} />
    </>
  );
}
