/** The shapes that the server answers with, by the names that the pages use. */
import type { components } from "#schema";

type Schemas = components["schemas"];

export type User = Schemas["User"];
export type Verdict = { harmful: boolean | null; inactive: boolean | null; classified_at: string | null; notes: string | null };
export type UserDetail = Schemas["UserDetail"] & { classification?: Verdict | null; same_person?: number[] };
export type Post = Schemas["Post"];
export type Action = Schemas["Action"];
export type TriageItem = Schemas["Triage"][number];
export type TriageSummary = Schemas["TriageSummary"];
export type Audience = Schemas["Audience"];
export type Estimate = Schemas["Estimate"];
export type Statistics = Schemas["Statistics"];
export type History = Schemas["History"];
export type Changes = Schemas["Changes"];
export type Cohort = Schemas["Cohorts"][number];
export type Calibration = Schemas["Calibration"];
export type CalibrationFigures = Schemas["CalibrationFigures"];
export type DataFault = Schemas["DataQuality"][number];
export type UserSignals = Schemas["UserSignals"];
export type SignalRules = Schemas["SignalRules"];
export type LogEntry = Schemas["LogEntry"];
export type BulkPreview = Schemas["BulkPreview"];
export type PlannedAction = Schemas["PlannedAction"];
export type Exemption = Schemas["Exemption"];
export type Edit = Schemas["Edit"];
export type Session = Schemas["Session"] & { current?: boolean };
export type Server = Schemas["Server"];
export type Me = Schemas["Me"];
/** One whose handle is known: the routes below it need that. */
export type Account = Schemas["Account"] & { handle: string };

export interface Page<Row> {
  count: number | null;
  next: string | null;
  previous: string | null;
  results: Row[];
}
