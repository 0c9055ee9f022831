/** A note, written in a dialog. */
import { useRef } from "preact/hooks";
import { words } from "../model/words";
import { Dialog } from "./parts";

const LONGEST = 10_000; // of the server

export function NoteDialog({ text, onSave, onClose }: { text: string; onSave: (text: string) => void; onClose: () => void }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const save = () => (onSave(area.current!.value.trim()), onClose());
  return (
    <Dialog title={words.triage.note} onClose={onClose} mayClose={() => area.current!.value.trim() === text.trim() || confirm(words.triage.loseNote)}>
      <form onSubmit={(event) => (event.preventDefault(), save())}>
        <textarea
          ref={area} rows={5} maxLength={LONGEST} autofocus aria-label={words.triage.note} defaultValue={text}
          onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && (event.preventDefault(), save())}
        />
        <p class="row"><span class="note">{words.triage.noteHelp}</span><button class="go">{words.triage.saveNote} <kbd>Ctrl</kbd><kbd>Enter</kbd></button></p>
      </form>
    </Dialog>
  );
}
