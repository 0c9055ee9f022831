/** Alerts as a person reads them. */
import type { components } from "#schema";

export type Alert = components["schemas"]["Alert"];
export type AlertTest = components["schemas"]["AlertTest"];

export type DeliveryState = "delivered" | "waiting" | "failed" | "kept";

/** What became of an alert; `kept`: there was no channel, or nobody has tried yet. */
export function deliveryOf({ delivered_at, error, kind }: Pick<Alert, "delivered_at" | "error" | "kind">): DeliveryState {
  if (delivered_at !== null) return "delivered";
  if (error === null) return "kept";
  return kind === "test" ? "failed" : "waiting"; // a test is sent once
}

/** What a test says of one channel. */
export function resultOf({ channel, delivered, error }: AlertTest["channels"][number]): string {
  return delivered ? `${channel}: delivered` : `${channel}: ${error}`;
}

export const alertWords = {
  title: "Alerts", test: "Send a test", testing: "Sending …", none: "Nothing has happened",
  noneWhy: "What the server notices appears here, whether or not it has a webhook or a mail address to tell it to.",
  noChannel: "No channel is set up: set WDX_ALERT_WEBHOOK, or WDX_ALERT_EMAIL and WDX_SMTP_URL.",
  states: { delivered: "delivered", waiting: "not delivered yet", failed: "not delivered", kept: "not sent" },
} as const;
