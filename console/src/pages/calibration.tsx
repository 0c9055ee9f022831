/** Calibration: does the score agree with the operator, over all verdicts and over those drawn at random; other weights at once. */
import { useEffect, useState } from "preact/hooks";
import { hashOf } from "../model/place";
import type { Calibration, CalibrationFigures } from "../model/types";
import { wilson } from "../model/waves";
import { words } from "../model/words";
import { Card, Choices, Interval } from "../ui/parts";
import { useQuery } from "../ui/query";
import { Empty, States } from "../ui/states";
import { Disagreements, Reliability, Roc, SignalFigures } from "./calibration_figures";
import { Weights, type Tried } from "./calibration_weights";
import { useConsole } from "./use_console";

const SETTLE_MS = 250;
type Over = "all" | "sampled";

export function CalibrationPage() {
  const { ask, account } = useConsole();
  const current = useQuery(ask.calibration(account.handle), { keep: true });
  return (
    <>
      {!current.data && <div class="head"><h1>{words.calibration.title}</h1></div>}
      <States of={current} rows={10}>{(figures) => <Figures of={figures} />}</States>
    </>
  );
}

function Figures({ of }: { of: Calibration }) {
  const { send, say, account } = useConsole();
  const [over, setOver] = useState<Over>("sampled");
  const [tried, setTried] = useState<Tried | null>(null);
  const [answer, setAnswer] = useState<Calibration | null>(null);
  useEffect(() => {
    if (!tried) return setAnswer(null);
    const control = new AbortController();
    const timer = setTimeout(() => {
      const init = { method: "POST", body: JSON.stringify(tried), headers: { "Content-Type": "application/json" }, signal: control.signal };
      send(`/api/accounts/${encodeURIComponent(account.handle)}/calibration/`, init)
        .then(async (response) => setAnswer((await response.json()) as Calibration))
        .catch((error: Error) => control.signal.aborted || say(error.message, "harmful"));
    }, SETTLE_MS);
    return () => (clearTimeout(timer), control.abort());
  }, [tried]);
  const shown = answer ?? of;
  const figures = shown[over];
  return (
    <>
      <div class="head">
        <div><h1>{words.calibration.title}</h1><p>{words.calibration.intro}</p></div>
        <Choices<Over> label={words.calibration.title} value={over} options={[["sampled", words.calibration.sampled], ["all", words.calibration.all]]} onChange={setOver} />
      </div>
      <div class="stack">
        {figures?.score ? (
          <>
            <Head figures={figures} before={answer ? of[over] : null} />
            <div class="grid even"><Reliability figures={figures} /><Roc figures={figures} /></div>
            <div class="grid even top">
              <div class="stack"><Disagreements figures={figures} /><Agreement /></div>
              <SignalFigures figures={figures} weights={shown.weights} />
            </div>
          </>
        ) : <><Empty title={words.calibration.none} why={figures?.reason ?? of.reason ?? undefined} /><Agreement /></>}
        <Weights of={of} tried={tried} onTry={setTried} />
      </div>
    </>
  );
}

/** How often the operator said the same when a judged user came back. */
function Agreement() {
  const { preferences, formats } = useConsole();
  const { on, agreed, total } = preferences.agreement;
  const { low, high } = wilson(agreed, total);
  return (
    <Card title={words.again.title} note={total > 0 ? words.again.of(formats.count(agreed), formats.count(total)) : undefined}>
      {total > 0 ? (
        <>
          <p class="figure">{formats.percent(agreed / total, 0)} <small>{words.again.interval(formats.percent(low, 0), formats.percent(high, 0), formats.percent(0.95, 0))}</small></p>
          <Interval of={{ estimate: agreed / total, low, high }} max={1} tone="sane" />
        </>
      ) : <p>{words.again.none}</p>}
      <p class="note more">{words.again.how} {!on && <a href={hashOf("settings")}>{words.again.off}</a>}</p>
    </Card>
  );
}

function Head({ figures, before }: { figures: CalibrationFigures; before: CalibrationFigures | null }) {
  const { formats } = useConsole();
  const score = figures.score!;
  const was = (value: number | null | undefined, now: number | null | undefined) => before && value !== now && ` (${words.calibration.before}: ${formats.percent(value, 0)})`;
  return (
    <dl class="figures">
      <div>
        <dt>{words.calibration.auc}</dt>
        <dd>{formats.score(score.auc)} <small>{score.auc_low !== null ? words.overview.to(formats.score(score.auc_low), formats.score(score.auc_high)) : ""} · {before?.score ? `${words.calibration.before}: ${formats.score(before.score.auc)}` : words.calibration.aucHelp}</small></dd>
      </div>
      <div><dt>{words.calibration.n}</dt><dd>{formats.count(figures.n)} <small>{formats.count(figures.harmful)} {words.calibration.harmful.toLowerCase()}</small></dd></div>
      <div><dt>{words.calibration.precision}</dt><dd>{formats.percent(score.precision, 0)} <small>{was(before?.score?.precision, score.precision)}</small></dd></div>
      <div><dt>{words.calibration.recall}</dt><dd>{formats.percent(score.recall, 0)} <small>{was(before?.score?.recall, score.recall)}</small></dd></div>
    </dl>
  );
}
