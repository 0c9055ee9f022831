/** Every key of the console, in one list. A command has one key; letters can be changed or switched off. */
import { words } from "./words";

export type Scope = "everywhere" | "triage" | "lists" | "changes" | "log" | "overview";
export interface Command {
  id: string;
  key: string;
  scope: Scope;
}

const ALL = [
  { id: "go.overview", key: "g o", scope: "everywhere" },
  { id: "go.triage", key: "g t", scope: "everywhere" },
  { id: "go.people", key: "g p", scope: "everywhere" },
  { id: "go.waves", key: "g w", scope: "everywhere" },
  { id: "go.actions", key: "g a", scope: "everywhere" },
  { id: "go.changes", key: "g c", scope: "everywhere" },
  { id: "go.calibration", key: "g k", scope: "everywhere" },
  { id: "go.quality", key: "g d", scope: "everywhere" },
  { id: "go.log", key: "g l", scope: "everywhere" },
  { id: "go.settings", key: "g s", scope: "everywhere" },
  { id: "palette", key: "Ctrl+K", scope: "everywhere" },
  { id: "help", key: "?", scope: "everywhere" },
  { id: "filter", key: "/", scope: "everywhere" },
  { id: "undo", key: "z", scope: "everywhere" },
  { id: "close", key: "Escape", scope: "everywhere" },
  { id: "start", key: "t", scope: "overview" },
  { id: "harmful", key: "h", scope: "triage" },
  { id: "inactive", key: "i", scope: "triage" },
  { id: "sane", key: "s", scope: "triage" },
  { id: "later", key: " ", scope: "triage" },
  { id: "note", key: "n", scope: "triage" },
  { id: "block", key: "b", scope: "triage" },
  { id: "mute", key: "m", scope: "triage" },
  { id: "basket", key: "e", scope: "triage" },
  { id: "next", key: "j", scope: "lists" },
  { id: "previous", key: "k", scope: "lists" },
  { id: "open", key: "o", scope: "lists" },
  { id: "select", key: "x", scope: "lists" },
  { id: "range", key: "X", scope: "lists" },
  { id: "earlier", key: "[", scope: "changes" },
  { id: "later.period", key: "]", scope: "changes" },
  { id: "follow", key: "f", scope: "log" },
] as const satisfies readonly Command[];

export type CommandId = (typeof ALL)[number]["id"];
export const COMMANDS: readonly (Command & { id: CommandId })[] = ALL;

export interface KeySettings {
  letters: boolean;
  changed: Partial<Record<CommandId, string>>;
}
export const DEFAULT_KEYS: KeySettings = { letters: true, changed: {} };

export function keyOf(id: CommandId, settings: KeySettings): string {
  return settings.changed[id] ?? COMMANDS.find((command) => command.id === id)!.key;
}

/** Keys of one character (WCAG 2.1.4): those that can be switched off. */
export function isLetter(key: string): boolean {
  return key.split(" ").every((part) => part.length <= 1) && key !== " ";
}

/** They go on while their key is held down; no other does, or it would judge a row of users. */
const REPEATING: readonly CommandId[] = ["next", "previous"];

/** The key that was meant: with Caps Lock on, letters are what they are without it. */
export function typedKey(key: string, hasCapsLock: boolean): string {
  if (!hasCapsLock || key.length !== 1) return key;
  return key === key.toLowerCase() ? key.toUpperCase() : key.toLowerCase();
}

export type Match = { kind: "commands"; ids: CommandId[] } | { kind: "prefix" } | { kind: "none" };

/** What the keys typed so far mean. Several commands may share a key on different pages. */
export function matchKeys(typed: string, settings: KeySettings): Match {
  const active = COMMANDS.map(({ id }) => ({ id, key: keyOf(id, settings) })).filter(
    ({ key }) => settings.letters || (!isLetter(key) && key !== " "),
  );
  const ids = active.filter(({ key }) => key === typed).map(({ id }) => id);
  if (ids.length > 0) return { kind: "commands", ids };
  return active.some(({ key }) => key.startsWith(`${typed} `)) ? { kind: "prefix" } : { kind: "none" };
}

/**
 * What a key means after those before it.
 * @param isRepeat  it is held down
 * @return what to remember as typed, and what to do: the first of these that there is
 */
export function press(before: string, key: string, isRepeat: boolean, settings: KeySettings): { typed: string; ids: CommandId[] } {
  const text = before ? `${before} ${key}` : key;
  const found = matchKeys(text, settings);
  if (found.kind === "prefix") return { typed: text, ids: [] };
  const ids = found.kind === "commands" ? found.ids : [];
  return { typed: "", ids: isRepeat ? ids.filter((id) => REPEATING.includes(id)) : ids };
}

/** Whether `key` would mean two things at one place. */
export function conflictOf(id: CommandId, key: string, settings: KeySettings): CommandId | null {
  const scope = COMMANDS.find((command) => command.id === id)!.scope;
  const clash = COMMANDS.find((other) => {
    if (other.id === id) return false;
    const taken = keyOf(other.id, settings);
    const meets = scope === "everywhere" || other.scope === "everywhere" || other.scope === scope || [scope, other.scope].includes("lists");
    return meets && (taken === key || taken.startsWith(`${key} `) || key.startsWith(`${taken} `));
  });
  return clash?.id ?? null;
}

export function showKey(key: string): string {
  return key === " " ? words.keys.space : key === "Escape" ? "Esc" : key;
}
