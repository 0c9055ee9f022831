/** The pages, with the key of each and what waits there. */
import { useEffect, useRef } from "preact/hooks";
import { hashOf } from "../model/place";
import { words } from "../model/words";
import { useConsole } from "../pages/use_console";
import { Icon } from "../ui/icons";
import { Kbd } from "../ui/keys";
import { useQuery } from "../ui/query";
import { PAGES } from "./routes";

export function Nav({ current }: { current: string | null }) {
  const { ask, account, formats } = useConsole();
  const server = useQuery(ask.server(), { every: 60_000 });
  const cohorts = useQuery(ask.cohorts(account?.handle ?? ""), { enabled: account !== undefined });
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the pages are a row that scrolls.
    const link = bar.current?.querySelector<HTMLElement>("[aria-current]");
    if (link) bar.current!.scrollLeft = link.offsetLeft - (bar.current!.clientWidth - link.offsetWidth) / 2;
  }, [current]);
  const open = cohorts.data?.filter(({ unclassified }) => (unclassified ?? 0) > 0).length ?? 0;
  return (
    <nav ref={bar} aria-label={words.shell.nav}>
      <div class="brand"><Icon name="eye" />{words.brand}<i>.</i></div>
      {PAGES.filter(({ go }) => go).map(({ id, go, icon }) => (
        <a key={id} href={hashOf(id)} aria-current={current === id ? "page" : undefined}>
          <Icon name={icon} />
          <span>{words.pages[id]}</span>
          {id === "waves" && open > 0 && <b class="count">{formats.count(open)}</b>}
          <em aria-hidden="true"><Kbd of={go} /></em>
        </a>
      ))}
      {server.data && (
        <div class="foot">
          {words.shell.core(server.data.version, server.data.core_schema)}<br />
          {(server.data.signals.pending ?? 0) > 0
            ? words.shell.pending(formats.count(server.data.signals.pending))
            : server.data.signals.as_of && words.shell.fresh(formats.ago(server.data.signals.as_of))}
        </div>
      )}
    </nav>
  );
}
