/** A list of any length with rows of one height: only those in sight are drawn. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { windowOf } from "../model/window";

interface LongListProps {
  count: number;
  label: string;
  header: ComponentChildren;
  /** The row that must be in sight. */
  at: number;
  row: (index: number) => ComponentChildren;
  onRange: (from: number, to: number) => void;
}

const heightOf = (box: Element) => parseFloat(getComputedStyle(box).getPropertyValue("--row")) || 44;

export function LongList({ count, label, header, at, row, onRange }: LongListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600, row: 44 });
  const measure = () => {
    const { current } = box;
    if (!current) return;
    const size = heightOf(current);
    setView((last) => (last.top === current.scrollTop && last.height === current.clientHeight && last.row === size ? last : { top: current.scrollTop, height: current.clientHeight, row: size }));
  };
  useEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const { current } = box;
    if (!current || at < 0) return;
    const size = heightOf(current); // that of the view is not measured yet where the list begins at a row
    const top = at * size;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (top + 2 * size > current.scrollTop + current.clientHeight) current.scrollTop = top + 2 * size - current.clientHeight;
  }, [at]);
  const { from, to, before, height } = windowOf(count, view.row, view.top, view.height);
  useEffect(() => onRange(from, to), [from, to]);
  return (
    <div class="listing">
      <div class="scroller" ref={box} onScroll={measure} role="grid" aria-label={label} aria-rowcount={count + 1} tabIndex={0}>
        {header}
        <div role="presentation" class="tall" style={{ height: `${height}px` }}>
          <div role="rowgroup" style={{ transform: `translateY(${before}px)` }}>{Array.from({ length: Math.max(0, to - from) }, (_, i) => row(from + i))}</div>
        </div>
      </div>
    </div>
  );
}
