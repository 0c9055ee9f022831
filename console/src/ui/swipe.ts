/** Swipes on a phone: to one side or the other, never a scroll. What is swiped follows the finger. */
import { useRef } from "preact/hooks";

const FAR_ENOUGH = 90;
/** A browser's own swipes begin at the edge. */
const EDGE = 24;

interface Finger {
  x: number;
  y: number;
  target: HTMLElement;
}

export function useSwipe(onLeft: () => void, onRight: () => void) {
  const start = useRef<Finger | null>(null);
  const sideways = ({ changedTouches }: TouchEvent): number => {
    const [from, to] = [start.current, changedTouches[0]];
    if (!from || !to || getSelection()?.isCollapsed === false) return 0;
    const dx = to.clientX - from.x;
    return Math.abs(dx) < 2 * Math.abs(to.clientY - from.y) ? 0 : dx;
  };
  const follow = (dx: number) => {
    const { style, dataset } = start.current!.target;
    style.transform = dx ? `translateX(${dx / 2}px)` : "";
    dataset.swiped = Math.abs(dx) < FAR_ENOUGH ? "" : dx < 0 ? "left" : "right";
  };
  const end = (event: TouchEvent) => {
    if (!start.current) return;
    const dx = sideways(event);
    follow(0);
    start.current = null;
    if (event.type === "touchcancel" || Math.abs(dx) < FAR_ENOUGH) return;
    if (dx < 0) onLeft();
    else onRight();
  };
  return {
    onTouchStart: ({ touches, currentTarget }: TouchEvent) => {
      const [finger] = touches;
      const isInside = finger && finger.clientX > EDGE && finger.clientX < innerWidth - EDGE;
      start.current = touches.length === 1 && isInside ? { x: finger.clientX, y: finger.clientY, target: currentTarget as HTMLElement } : null;
    },
    onTouchMove: (event: TouchEvent) => start.current && follow(sideways(event)),
    onTouchEnd: end,
    onTouchCancel: end,
  };
}
