/** One short message at a time, read out to readers of screens. */
import { useRef, useState } from "preact/hooks";
import type { Tone } from "../model/verdict";
import { words } from "../model/words";
import { Icon } from "../ui/icons";

const SHOWN_MS = 5000;

export interface ToastState {
  text: string;
  tone: Tone;
  say(text: string, tone?: Tone): void;
  close(): void;
}

export function useToast(): ToastState {
  const [shown, show] = useState<{ text: string; tone: Tone }>({ text: "", tone: "plain" });
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const say = (text: string, tone: Tone = "plain") => {
    clearTimeout(timer.current);
    show({ text, tone });
    timer.current = setTimeout(() => show({ text: "", tone: "plain" }), SHOWN_MS);
  };
  return { ...shown, say, close: () => show({ text: "", tone: "plain" }) };
}

export function Toast({ of }: { of: ToastState }) {
  return (
    <div class="toast-place" role="status" aria-live="polite">
      {of.text && (
        <div class={`toast ${of.tone}`}>
          <span>{of.text}</span>
          <button class="bare" aria-label={words.shell.dismiss} onClick={of.close}><Icon name="close" /></button>
        </div>
      )}
    </div>
  );
}
