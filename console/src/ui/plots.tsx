/** Plots in SVG of our own, each with a table behind it for readers of screens and for copying. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Formats } from "../model/format";
import { linePath, ticksBetween, ticksUpTo, type Bar } from "../model/plots";
import { words } from "../model/words";

interface PlotProps {
  label: string;
  class?: string;
  children: (width: number, height: number) => ComponentChildren;
}

/** Drawn in the pixels that there are, so that text has one size everywhere. */
export function Plot({ label, class: name = "", children }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useLayoutEffect(() => {
    const measure = () => setSize({ width: box.current!.clientWidth, height: box.current!.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    measure();
    return () => observer.disconnect();
  }, []);
  return (
    <div class={`plot-box ${name}`} ref={box}>
      {size && <svg class="plot" viewBox={`0 0 ${size.width} ${size.height}`} role="img" aria-label={label}>{children(size.width, size.height)}</svg>}
    </div>
  );
}

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
  /** What a bar stands for, as the table's heading. */
  of: string;
  /** The rows of the table, where they are not the bars. */
  rows?: readonly Bar[];
  formats: Formats;
}

/** Room for the figures beside and the names below, and how wide a letter of these is. */
const LEFT = 38;
const BELOW = 24;
const LETTER = 7;

/** Bars with the harmful part in front. */
export function Bars({ bars, label, of, rows = bars, formats }: BarsProps) {
  const max = Math.max(1, ...bars.map(({ total }) => total));
  const draw = (width: number, height: number) => {
    const bottom = height - BELOW;
    const step = (width - LEFT) / Math.max(1, bars.length);
    const y = (value: number) => bottom - (value / max) * (bottom - 12);
    const every = Math.ceil((LETTER * Math.max(1, ...bars.map(({ label: name }) => name.length)) + 4) / step);
    return (
      <>
        {ticksUpTo(max).map((tick) => <Tick key={tick} y={y(tick)} width={width} text={formats.short(tick)} />)}
        {bars.map((bar, i) => {
          const x = LEFT + i * step + step * 0.12;
          const size = step * 0.76;
          return (
            <g key={bar.title}>
              <title>{`${bar.title}: ${formats.count(bar.total)}, ${words.verdict.harmful.toLowerCase()} ${formats.count(bar.harmful)}`}</title>
              <rect class="all" x={x} width={size} y={y(bar.total)} height={bottom - y(bar.total)} rx="2" />
              {bar.harmful > 0 && <rect class="bad" x={x} width={size} y={y(bar.harmful)} height={bottom - y(bar.harmful)} rx="2" />}
              {i % every === 0 && <text x={x + size / 2} y={height - 6} text-anchor="middle">{bar.label}</text>}
              <rect class="hit" x={LEFT + i * step} width={step} y="0" height={bottom} />
            </g>
          );
        })}
      </>
    );
  };
  return (
    <>
      <Plot label={label}>{draw}</Plot>
      <PlotTable head={[of, words.overview.total, words.overview.harmfulColumn]} rows={rows.filter(({ total }) => total > 0).map((bar) => [bar.title, formats.count(bar.total), formats.count(bar.harmful)])} />
    </>
  );
}

export function Tick({ y, width, text }: { y: number; width: number; text: string }) {
  return <g><line class="grid" x1={LEFT} x2={width} y1={y} y2={y} /><text x={LEFT - 8} y={y + 4} text-anchor="end">{text}</text></g>;
}

interface LineProps {
  days: readonly { day: string; value: number; harmful: number }[];
  label: string;
  formats: Formats;
}

/** How wide a day is written, and how high the harmful may rise. */
const DAY = 92;
const HARMFUL = 0.26;

/** A count over days, with the harmful below. The two have scales of their own: the line's begins near its lowest value, and the axis is the line's. */
export function TimeLine({ days, label, formats }: LineProps) {
  const values = days.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = Math.max(1, (high - low) * 0.15);
  const [from, to] = [Math.max(0, low - pad * 2.4), high + pad];
  const mostHarmful = Math.max(1, ...days.map(({ harmful }) => harmful));
  const last = days.length - 1;
  const draw = (width: number, height: number) => {
    const bottom = height - BELOW;
    const x = (i: number) => LEFT + (i / Math.max(1, last)) * (width - LEFT - 4);
    const y = (value: number) => bottom - ((value - from) / (to - from)) * (bottom - 8);
    const harmful = linePath(days.map((one) => one.harmful), x, (value) => bottom - (value / mostHarmful) * bottom * HARMFUL);
    const inside = days.map((_, i) => i).filter((i) => days[i]!.day.endsWith("-01") && x(i) - x(0) > DAY * 1.1 && x(last) - x(i) > DAY * 1.1);
    const named = [0, ...inside.filter((i, k) => k === 0 || x(i) - x(inside[k - 1]!) > DAY), last];
    return (
      <>
        {ticksBetween(from, to).map((tick) => <Tick key={tick} y={y(tick)} width={width} text={formats.short(tick)} />)}
        <path class="under" d={`${harmful}L${x(last)} ${bottom}L${LEFT} ${bottom}Z`} />
        <path class="line bad" d={harmful} />
        <path class="line" d={linePath(values, x, y)} />
        {last >= 0 && <text class="bad" x={width - 4} y={bottom - (days[last]!.harmful / mostHarmful) * bottom * HARMFUL - 8} text-anchor="end">{words.overview.harmfulNow(formats.count(days[last]!.harmful))}</text>}
        {named.map((i) => <text key={i} x={x(i)} y={height - 6} text-anchor={i === 0 ? "start" : i === last ? "end" : "middle"}>{formats.day(days[i]!.day)}</text>)}
        {days.map(({ day, value, harmful: bad }, i) => (
          <g key={day}>
            <title>{`${formats.day(day)}: ${formats.count(value)}, ${words.verdict.harmful.toLowerCase()} ${formats.count(bad)}`}</title>
            <rect class="hit" x={x(i) - (width - LEFT) / days.length / 2} width={(width - LEFT) / days.length} y="0" height={bottom} />
          </g>
        ))}
      </>
    );
  };
  return (
    <>
      <Plot label={label} class="wide">{draw}</Plot>
      <PlotTable head={[words.overview.day, words.overview.followers, words.overview.harmfulColumn]} rows={[...days].reverse().map(({ day, value, harmful: bad }) => [formats.day(day), formats.count(value), formats.count(bad)])} />
    </>
  );
}
