/** Sliders for weights, and the setting that makes them last. */
import type { Calibration } from "../model/types";
import { words } from "../model/words";
import { Card } from "../ui/parts";
import { useQuery } from "../ui/query";
import { useConsole } from "./use_console";

export interface Tried {
  bias: number;
  weights: Record<string, number>;
}

const WIDEST = 4;

/** `wave=2,bias=-3.5`: only what differs, as the server's setting takes it. */
export function settingOf(tried: Tried, effect: Calibration): string {
  const rows = Object.entries(tried.weights).filter(([id, weight]) => weight !== effect.weights[id]).map(([id, weight]) => `${id}=${weight}`);
  if (tried.bias !== effect.bias) rows.push(`bias=${tried.bias}`);
  return `WDX_SIGNAL_WEIGHTS=${rows.join(",")}`;
}

export function Weights({ of, tried, onTry }: { of: Calibration; tried: Tried | null; onTry: (tried: Tried | null) => void }) {
  const { ask, formats, say } = useConsole();
  const rules = useQuery(ask.rules());
  const titles = new Map(rules.data?.signals.map((rule) => [rule.id as string, rule.title]));
  const now = tried ?? { bias: of.bias, weights: of.weights };
  const suggested = of.suggested_weights;
  const setting = tried ? settingOf(tried, of) : "";
  const slider = (id: string, title: string, value: number, low: number, high: number, set: (value: number) => void) => (
    <label key={id}><span>{title}</span><input type="range" min={low} max={high} step={0.1} value={value} onInput={(event) => set(Number(event.currentTarget.value))} /><b class="num">{formats.decimal(value, 1)}</b></label>
  );
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return (
    <Card title={words.calibration.weights}>
      <div class="sliders">
        {slider("bias", words.calibration.bias, now.bias, -8, 2, (bias) => onTry({ ...now, bias }))}
        {Object.entries(now.weights).map(([id, value]) => slider(id, titles.get(id) ?? id, value, -WIDEST, WIDEST, (weight) => onTry({ ...now, weights: { ...now.weights, [id]: weight } })))}
      </div>
      <p class="row more">
        <button type="button" disabled={!tried} onClick={() => onTry(null)}>{words.calibration.reset}</button>
        {suggested && <button type="button" onClick={() => onTry({ bias: round(suggested.bias), weights: Object.fromEntries(Object.entries(suggested.weights).map(([id, weight]) => [id, round(weight)])) })}>{words.calibration.suggested}</button>}
        {of.reason && <span class="note">{of.reason}</span>}
      </p>
      {tried && (
        <p class="row">
          <code class="mono grow">{setting}</code>
          <button type="button" onClick={() => void copy(setting).then(() => say(words.calibration.copied))}>{words.calibration.copy}</button>
        </p>
      )}
    </Card>
  );
}

/** The clipboard exists in secure contexts alone; a selection that is copied works everywhere. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
