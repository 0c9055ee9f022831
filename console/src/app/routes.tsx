/** The pages: one row each. A page that is not here is not in the navigation. */
import type { ComponentType } from "preact";
import type { CommandId } from "../model/keymap";
import { words } from "../model/words";
import type { IconName } from "../ui/icons";
import { OverviewPage } from "../pages/overview";
import { TriagePage } from "../pages/triage";
import { lazy } from "./lazy";

export interface PageProps {
  path: string[];
  query: Record<string, string>;
}
export interface PageRow {
  id: keyof typeof words.pages;
  go?: CommandId;
  icon: IconName;
  page: ComponentType<PageProps>;
}

export const PAGES: readonly PageRow[] = [
  { id: "overview", go: "go.overview", icon: "overview", page: OverviewPage },
  { id: "triage", go: "go.triage", icon: "triage", page: TriagePage },
  { id: "people", go: "go.people", icon: "people", page: lazy(() => import("../pages/people").then((m) => m.PeoplePage)) },
  { id: "waves", go: "go.waves", icon: "waves", page: lazy(() => import("../pages/waves").then((m) => m.WavesPage)) },
  { id: "actions", go: "go.actions", icon: "actions", page: lazy(() => import("../pages/actions").then((m) => m.ActionsPage)) },
  { id: "changes", go: "go.changes", icon: "changes", page: lazy(() => import("../pages/changes").then((m) => m.ChangesPage)) },
  { id: "calibration", go: "go.calibration", icon: "calibration", page: lazy(() => import("../pages/calibration").then((m) => m.CalibrationPage)) },
  { id: "quality", go: "go.quality", icon: "quality", page: lazy(() => import("../pages/quality").then((m) => m.QualityPage)) },
  { id: "log", go: "go.log", icon: "log", page: lazy(() => import("../pages/log").then((m) => m.LogPage)) },
  { id: "settings", go: "go.settings", icon: "settings", page: lazy(() => import("../pages/settings").then((m) => m.SettingsPage)) },
  { id: "user", icon: "people", page: lazy(() => import("../pages/user").then((m) => m.UserPage)) },
];

/** Addresses: the page of one user is `users/7`, where the API has her. */
export function findPage(path: string[]): PageRow | null {
  const [first = "overview"] = path;
  if (first === "users") return PAGES.find(({ id }) => id === "user")!;
  return PAGES.find(({ id, go }) => id === first && go) ?? null;
}
