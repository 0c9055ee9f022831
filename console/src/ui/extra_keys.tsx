/** What can be done besides a verdict, each with its key. */
import type { CommandId } from "../model/keymap";
import { words } from "../model/words";
import { Kbd } from "./keys";

export function ExtraKeys({ rows }: { rows: readonly (readonly [CommandId, string, () => void])[] }) {
  return (
    <div class="extra-keys" title={words.triage.recordHelp}>
      {rows.map(([id, text, run]) => <button key={id} type="button" class="bare" onClick={run}>{text} <Kbd of={id} /></button>)}
    </div>
  );
}
