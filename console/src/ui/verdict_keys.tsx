/** The buttons of a verdict, each with its key. */
import { CHOICES, SIGNS, type Choice } from "../model/verdict";
import { words } from "../model/words";
import { Kbd } from "./keys";

interface KeysProps {
  onChoice: (choice: Choice) => void;
  onLater?: () => void;
  chosen?: Choice | null;
}

export function VerdictKeys({ onChoice, onLater, chosen }: KeysProps) {
  return (
    <div class="verdict-keys" role="group" aria-label={words.triage.actions}>
      {CHOICES.map((choice) => (
        <button key={choice} type="button" class={choice} aria-pressed={chosen === undefined ? undefined : chosen === choice} onClick={() => onChoice(choice)}>
          <span><span class="sign">{SIGNS[choice]}</span> {words.verdict[choice]}</span> <Kbd of={choice} />
        </button>
      ))}
      {onLater && <button type="button" onClick={onLater}><span>{words.verdict.later}</span> <Kbd of="later" /></button>}
    </div>
  );
}
