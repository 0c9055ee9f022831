/** Above every page: whose followers these are, whether what is shown is live, and how to find things. */
import { useEffect, useState } from "preact/hooks";
import { isPending, isRefused, isTooOld } from "../model/outbox";
import { hashOf } from "../model/place";
import type { Account } from "../model/types";
import { words } from "../model/words";
import { useConsole } from "../pages/use_console";
import { useEntriesLater } from "../ui/console";
import { Icon } from "../ui/icons";
import { Kbd } from "../ui/keys";
import { memo } from "../ui/memo";
import { Handle } from "../ui/parts";
import type { Services } from "./services";

interface BarProps {
  services: Services;
  accounts: Account[];
  onFind: () => void;
}

function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const changed = () => setOnline(navigator.onLine);
    addEventListener("online", changed);
    addEventListener("offline", changed);
    return () => (removeEventListener("online", changed), removeEventListener("offline", changed));
  }, []);
  return online;
}

export function Bar({ services, accounts, onFind }: BarProps) {
  const { formats, outbox } = useConsole();
  const entries = useEntriesLater();
  const online = useOnline();
  const pending = entries.filter(isPending).length;
  const refused = entries.filter(isRefused).length;
  const old = entries.filter((entry) => isTooOld(entry, Date.now()));
  const live = services.events?.liveness === "live";
  const state = !online ? "offline" : live ? "live" : "reconnecting";
  const newest = online ? 0 : services.answers.getQueryCache().getAll().reduce((at, query) => Math.max(at, query.state.dataUpdatedAt), 0);
  return (
    <header>
      <div class="bar">
        <Who accounts={accounts} />
        <span class={`liveness ${state}`} role="status">{words.shell[state]}</span>
        {pending > 0 && <span class="unsent note">{words.shell.unsent(pending, formats.count(pending))}</span>}
        <button class="find" type="button" onClick={onFind} aria-label={words.shell.find}>
          <Icon name="search" /><span>{words.shell.find}</span><em aria-hidden="true"><Kbd of="palette" /></em>
        </button>
      </div>
      {newest > 0 && <p class="notice">{words.states.stale(formats.time(new Date(newest).toISOString()))}</p>}
      {refused > 0 && <p class="notice"><a href={hashOf("triage")}>{words.triage.needsYou(refused, formats.count(refused))}</a></p>}
      {old.length > 0 && (
        <p class="notice">
          {words.triage.old(old.length, formats.count(old.length))}{" "}
          <button type="button" onClick={() => old.forEach(({ key }) => void outbox.sendAgain(key))}>{words.triage.send}</button>{" "}
          <button type="button" onClick={() => old.forEach(({ key }) => outbox.drop(key))}>{words.triage.drop}</button>
        </p>
      )}
    </header>
  );
}

/** There may be a thousand. */
const Who = memo(({ accounts }: { accounts: Account[] }) => {
  const { account, prefer } = useConsole();
  if (accounts.length < 2) return account ? <span class="who"><Handle>{account.handle}</Handle></span> : null;
  return (
    <select class="who" aria-label={words.shell.account} value={account?.handle} onChange={(event) => prefer({ account: event.currentTarget.value })}>
      {accounts.map(({ id, handle }) => <option key={id} value={handle}>@{handle}</option>)}
    </select>
  );
});
