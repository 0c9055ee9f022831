/** Swipes on a phone: to one side or the other, never a scroll. */
import { useRef } from "preact/hooks";

const FAR_ENOUGH = 90;

export function useSwipe(onLeft: () => void, onRight: () => void) {
  const start = useRef<{ x: number; y: number } | null>(null);
  return {
    onTouchStart: ({ touches }: TouchEvent) => {
      start.current = touches.length === 1 ? { x: touches[0]!.clientX, y: touches[0]!.clientY } : null;
    },
    onTouchEnd: ({ changedTouches }: TouchEvent) => {
      const from = start.current;
      const to = changedTouches[0];
      start.current = null;
      if (!from || !to) return;
      const dx = to.clientX - from.x;
      if (Math.abs(dx) < FAR_ENOUGH || Math.abs(dx) < 2 * Math.abs(to.clientY - from.y)) return;
      if (dx < 0) onLeft();
      else onRight();
    },
  };
}
