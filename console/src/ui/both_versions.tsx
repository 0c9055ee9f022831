/** A verdict that somebody else gave meanwhile, beside the own one. */
import type { Entry } from "../model/outbox";
import { words } from "../model/words";
import { Foreign, VerdictTag } from "./parts";

interface Version {
  harmful: boolean | null;
  inactive: boolean | null;
  notes: string | null;
}

export function BothVersions({ entry: { theirs, work } }: { entry: Entry }) {
  const versions: [string, Version | null][] = [[words.triage.theirs, theirs], [words.triage.yours, work.kind === "verdict" ? work : null]];
  return <p class="versions">{versions.map(([whose, version]) => <span key={whose}>{whose}: <VerdictTag verdict={version} /> <Foreign>{version?.notes}</Foreign></span>)}</p>;
}
