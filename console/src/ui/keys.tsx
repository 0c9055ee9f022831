/** Keys: one listener, and a stack of who handles which command. The page on top is asked first. */
import { createContext } from "preact";
import { useContext, useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { DEFAULT_KEYS, keyOf, isLetter, press, showKey, typedKey, type CommandId, type KeySettings } from "../model/keymap";

export type Handlers = Partial<Record<CommandId, () => void>>;

const PREFIX_MS = 1500;
const stack: { current: Handlers }[] = [];
let typed = "";
let typedAt = 0;

export const KeyContext = createContext<KeySettings>(DEFAULT_KEYS);

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select"));
}

/** Space and Enter belong to the control that has the focus. */
function isForControl(event: KeyboardEvent): boolean {
  return event.key === " " && event.target instanceof HTMLElement && event.target.matches("button, a, summary, input, [role=option], [role=button]");
}

function run(ids: readonly CommandId[]): boolean {
  for (const { current } of [...stack].reverse()) {
    const id = ids.find((one) => current[one]);
    if (id) {
      current[id]!();
      return true;
    }
  }
  return false;
}

export function handleKey(event: KeyboardEvent, settings: KeySettings): void {
  if (event.defaultPrevented || event.isComposing) return;
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    if (run(["palette"])) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inDialog = document.querySelector("dialog[open]") !== null;
  if (event.key === "Escape") {
    if (!inDialog && isTyping(event.target)) (event.target as HTMLElement).blur();
    else if (!inDialog && run(["close"])) event.preventDefault();
    return;
  }
  if (inDialog || isTyping(event.target) || isForControl(event) || event.key.length !== 1) return;
  const now = Date.now();
  const before = now - typedAt < PREFIX_MS ? typed : "";
  typedAt = now;
  const key = typedKey(event.key, event.getModifierState("CapsLock"));
  const pressed = press(before, key, event.repeat, settings);
  typed = pressed.typed;
  if (run(pressed.ids)) event.preventDefault();
}

/** What would happen now: the commands that somebody handles, the page on top first. */
export function commandsNow(): { id: CommandId; run: () => void }[] {
  const now = new Map<CommandId, () => void>();
  for (const { current } of [...stack].reverse()) {
    for (const [id, run] of Object.entries(current) as [CommandId, () => void][]) if (run && !now.has(id)) now.set(id, run);
  }
  return [...now].map(([id, run]) => ({ id, run }));
}

/** The one listener. */
export function useKeyboard(settings: KeySettings): void {
  const current = useRef(settings);
  current.current = settings;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => handleKey(event, current.current);
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
}

/** While the component is shown, its commands do this. */
export function useKeys(handlers: Handlers): void {
  const own = useRef(handlers);
  own.current = handlers;
  // In the same breath as what it draws: a key that comes right after finds it.
  useLayoutEffect(() => {
    stack.push(own);
    return () => void stack.splice(stack.indexOf(own), 1);
  }, []);
}

export function Kbd({ of, children }: { of?: CommandId; children?: string }) {
  const settings = useContext(KeyContext);
  const key = of ? keyOf(of, settings) : children!;
  if (of && !settings.letters && (isLetter(key) || key === " ")) return null;
  return (
    <>
      {key.split(key === " " ? "" : " ").map((part) => <kbd key={part}>{showKey(part)}</kbd>)}
    </>
  );
}
