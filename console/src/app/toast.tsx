/** One short message at a time, read out to readers of screens. */
import type { Tone } from "../model/verdict";
import { words } from "../model/words";
import { Icon } from "../ui/icons";
import { useStore } from "../ui/store";

const SHOWN_MS = 5000;

export class Toasts {
  shown: { text: string; tone: Tone } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Set<() => void>();

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly say = (text: string, tone: Tone = "plain"): void => {
    this.#show({ text, tone });
    this.#timer = setTimeout(this.close, SHOWN_MS);
  };

  readonly close = (): void => this.#show(null);

  #show(shown: { text: string; tone: Tone } | null): void {
    clearTimeout(this.#timer);
    this.shown = shown;
    for (const listener of this.#listeners) listener();
  }
}

export function Toast({ of }: { of: Toasts }) {
  useStore(of);
  const { shown, close } = of;
  return (
    <div class="toast-place" role="status" aria-live="polite">
      {shown && (
        <div class={`toast ${shown.tone}`}>
          <span>{shown.text}</span>
          <button class="bare" aria-label={words.shell.dismiss} onClick={close}><Icon name="close" /></button>
        </div>
      )}
    </div>
  );
}
