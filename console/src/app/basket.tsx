/** The users put into a report, until it is saved. */
import { useState } from "preact/hooks";
import { words } from "../model/words";
import { saveReport } from "../pages/save";
import { useConsole } from "../pages/use_console";
import { Icon } from "../ui/icons";

export function Basket() {
  const { basket, setBasket, formats, send, say } = useConsole();
  const [busy, setBusy] = useState(false);
  if (basket.length === 0) return null;
  const save = async () => {
    setBusy(true);
    await saveReport(send, basket).then(() => setBasket([]), (error: Error) => say(error.message, "harmful"));
    setBusy(false);
  };
  return (
    <aside class="basket" aria-label={words.basket.added}>
      <span>{words.basket.inside(basket.length, formats.count(basket.length))}</span>
      <button type="button" class="go" disabled={busy} onClick={() => void save()}><Icon name="download" /> {words.basket.save}</button>
      <button type="button" onClick={() => setBasket([])}>{words.basket.empty}</button>
    </aside>
  );
}
