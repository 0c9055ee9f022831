/** How far something has come. Nothing is laid out anew when it grows: a key may be waiting. */
interface ProgressProps {
  label: string;
  done: number;
  of: number;
}

export function Progress({ label, done, of }: ProgressProps) {
  const share = of > 0 ? Math.min(1, done / of) : 0;
  return (
    <div class="progress" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuenow={Math.min(done, of)} aria-valuemax={of}>
      <i style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}
