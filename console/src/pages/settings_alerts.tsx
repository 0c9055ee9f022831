/** Alerts: the newest ones, whether they have been delivered, and a test of the channels. */
import { useState } from "preact/hooks";
import { alertWords as say, deliveryOf, resultOf, type Alert, type AlertTest } from "../model/alerts";
import { Card, Foreign, Tag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Empty, States } from "../ui/states";
import { useConsole } from "./use_console";

const TONES = { delivered: "sane", waiting: "harmful", failed: "harmful", kept: "plain" } as const;

export function Alerts() {
  const { ask } = useConsole();
  const alerts = useQuery(ask.alerts());
  return (
    <Card title={say.title} note={<Test onSent={() => void alerts.refetch()} />}>
      <States of={alerts} isEmpty={({ results }) => results.length === 0} empty={<Empty title={say.none} why={say.noneWhy} />}>
        {({ results }) => <ul class="rows">{results.map((alert) => <Row key={alert.id} alert={alert} />)}</ul>}
      </States>
    </Card>
  );
}

function Row({ alert }: { alert: Alert }) {
  const { formats } = useConsole();
  const state = deliveryOf(alert);
  return (
    <li>
      <span class="grow">
        <Foreign>{alert.text.split("\n", 1)[0]!}</Foreign>{" "}
        <time class="note" dateTime={alert.at}>{formats.time(alert.at)}</time>
        {state !== "delivered" && alert.error && <><br /><span class="note">{alert.error}</span></>}
      </span>
      <span class="n"><Tag tone={TONES[state]}>{say.states[state]}</Tag></span>
    </li>
  );
}

function Test({ onSent }: { onSent: () => void }) {
  const console = useConsole();
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    try {
      const { channels } = (await (await console.send("/api/alerts/test/", { method: "POST" })).json()) as AlertTest;
      const isFine = channels.length > 0 && channels.every(({ delivered }) => delivered);
      console.say(channels.length === 0 ? say.noChannel : channels.map(resultOf).join("; "), isFine ? undefined : "harmful");
    } catch (error) {
      console.say((error as Error).message, "harmful");
    }
    setBusy(false);
    onSent();
  };
  return <button type="button" class="bare" disabled={busy} onClick={() => void send()}>{busy ? say.testing : say.test}</button>;
}
