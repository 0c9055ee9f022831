/** Takes an edit back, whoever made it and however long ago, and tells what was left as it is. */
import { words } from "../model/words";
import { newKey } from "../model/outbox";
import { useConsole } from "./use_console";

interface Undone {
  reverted: number;
  skipped: unknown[];
}

export function useUndo(onDone: () => void): (editId: string) => Promise<void> {
  const { send, say, formats } = useConsole();
  return async (editId) => {
    try {
      const answer = await send(`/api/edits/${editId}/undo/`, { method: "POST", headers: { "Idempotency-Key": newKey() } });
      const { skipped } = (await answer.json()) as Undone;
      say(skipped.length > 0 ? words.log.partly(skipped.length, formats.count(skipped.length)) : words.log.undone, skipped.length > 0 ? "inactive" : "plain");
    } catch (error) {
      say((error as Error).message, "harmful");
    }
    onDone();
  };
}
