/** All keys, by where they work. */
import { COMMANDS, type Scope } from "../model/keymap";
import { words } from "../model/words";
import { useConsole } from "../pages/use_console";
import { Kbd } from "../ui/keys";
import { Dialog } from "../ui/parts";

const SCOPES: readonly Scope[] = ["everywhere", "overview", "triage", "lists", "changes", "log"];

export function KeysHelp({ onClose }: { onClose: () => void }) {
  const { preferences } = useConsole();
  return (
    <Dialog title={words.keys.title} onClose={onClose} class="help">
      {!preferences.keys.letters && <p class="notice">{words.keys.off}</p>}
      <div class="columns">
        {SCOPES.map((scope) => (
          <section key={scope}>
            <h3>{words.keys.scopes[scope]}</h3>
            <dl>
              {COMMANDS.filter((command) => command.scope === scope).map(({ id }) => (
                <div key={id}><dt>{words.keys.names[id]}</dt><dd><Kbd of={id} /></dd></div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
