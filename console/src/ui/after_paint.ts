/**
 * What can wait until a key is answered: it runs after the next picture is painted, in pieces with a picture between them,
 * so that no key waits for more than one of them.
 */
const waiting: (() => void)[] = [];
let isWaiting = false;

/** Pieces go on with each other for so long. */
const GO_ON_MS = 4;
/** Nothing is painted in a tab that is not in sight. */
const UNSEEN_MS = 100;

export function afterPaint(work: () => void): void {
  waiting.push(work);
  if (!isWaiting) wait();
}

function wait(): void {
  isWaiting = true;
  const unseen = setTimeout(run, UNSEEN_MS);
  let soon: ReturnType<typeof setTimeout> | undefined;
  const picture = requestAnimationFrame(() => (soon = setTimeout(run)));

  function run(): void {
    clearTimeout(unseen);
    clearTimeout(soon);
    cancelAnimationFrame(picture);
    const begun = performance.now();
    try {
      while (waiting.length > 0 && performance.now() - begun < GO_ON_MS) waiting.shift()!();
    } finally {
      isWaiting = false;
      if (waiting.length > 0) wait();
    }
  }
}

/** At the latest, and where the browser does not tell when it has nothing to do. */
const IDLE_MS = 400;

/** What nobody waits for: once there is nothing else to do. */
export function whenIdle(work: () => void): void {
  if (typeof requestIdleCallback === "undefined") setTimeout(work, IDLE_MS);
  else requestIdleCallback(work, { timeout: IDLE_MS });
}
