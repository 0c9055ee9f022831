/** Keys: switch single letters off, or give a command another key. */
import { useState } from "preact/hooks";
import { COMMANDS, conflictOf, DEFAULT_KEYS, isLetter, type CommandId } from "../model/keymap";
import { words } from "../model/words";
import { Kbd } from "../ui/keys";
import { Card } from "../ui/parts";
import { useConsole } from "./use_console";

export function KeySettingsCard() {
  const { preferences, prefer } = useConsole();
  const { keys } = preferences;
  const [asking, setAsking] = useState<CommandId | null>(null);
  const [problem, setProblem] = useState("");
  const take = (id: CommandId) => (event: KeyboardEvent) => {
    if (event.key === "Tab" || ["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return setAsking(null);
    if (event.key.length !== 1) return;
    const clash = conflictOf(id, event.key, keys);
    if (clash) return setProblem(words.settings.taken(words.keys.names[clash]!));
    prefer({ keys: { ...keys, changed: { ...keys.changed, [id]: event.key } } });
    setProblem("");
    setAsking(null);
  };
  const changeable = COMMANDS.filter(({ key }) => isLetter(key) && !key.includes(" "));
  return (
    <Card title={words.settings.keys} note={<button type="button" class="bare" onClick={() => prefer({ keys: DEFAULT_KEYS })}>{words.settings.resetKeys}</button>}>
      <label class="switch">
        <input type="checkbox" role="switch" checked={keys.letters} onChange={(event) => prefer({ keys: { ...keys, letters: event.currentTarget.checked } })} />
        <span>{words.settings.letters}<br /><span class="note">{words.settings.lettersHelp}</span></span>
      </label>
      {problem && <p class="notice harmful" role="alert">{problem}</p>}
      <ul class="rows in-columns">
        {changeable.map(({ id }) => (
          <li key={id}>
            <span class="grow note">{words.keys.names[id]}</span>
            <span class="n">
              {asking === id
                ? <button type="button" autofocus ref={(button) => button?.focus()} onKeyDown={take(id)} onBlur={() => setAsking(null)}>{words.settings.press}</button>
                : <><Kbd of={id} /><button type="button" class="bare" aria-label={`${words.settings.change}: ${words.keys.names[id]}`} onClick={() => setAsking(id)}>{words.settings.change}</button></>}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
