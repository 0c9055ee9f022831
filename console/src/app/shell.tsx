/** The frame: navigation, the bar above, the page, and what lies over them. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { asks } from "../api/queries";
import type { Formats } from "../model/format";
import { hashOf, parsePlace } from "../model/place";
import type { Account } from "../model/types";
import { words } from "../model/words";
import { ConsoleContext, type Console } from "../ui/console";
import { useHash } from "../ui/hash";
import { useKeys, type Handlers } from "../ui/keys";
import { Empty, States } from "../ui/states";
import { useQuery } from "../ui/query";
import { useStore } from "../ui/store";
import { Basket } from "./basket";
import { Bar } from "./bar";
import { KeysHelp } from "./help";
import { fetchPages } from "./lazy";
import { Nav } from "./nav";
import { Palette } from "./palette";
import { findPage, PAGES } from "./routes";
import type { Services } from "./services";
import { Toast, Toasts } from "./toast";

type Over = "palette" | "help" | null;

/** After the first page has come. */
const FETCH_PAGES_MS = 3000;

export function Shell({ services, formats }: { services: Services; formats: Formats }) {
  const { preferences } = services;
  const corrected = preferences.value.corrected;
  const ask = useMemo(() => asks(services.client, corrected), [corrected]);
  const me = useQuery(ask.me());
  const accounts = useQuery(ask.accounts());
  useEffect(() => void (me.data && services.begin(me.data.id)), [me.data?.id]);
  useStore(services);
  const named = useMemo(() => accounts.data?.filter(({ handle }) => handle) ?? [], [accounts.data]);
  if (!me.data || !accounts.data || !services.outbox) {
    const waiting = me.error ? me : accounts;
    return <main class="login"><States of={waiting as typeof me}>{() => null}</States></main>;
  }
  const chosen = named.find(({ handle }) => handle === preferences.value.account) ?? named[0];
  return <Frame services={services} formats={formats} ask={ask} account={chosen} accounts={named} operator={me.data.username} />;
}

interface FrameProps {
  services: Services;
  formats: Formats;
  ask: ReturnType<typeof asks>;
  account: Account | undefined;
  accounts: Account[];
  operator: string;
}

function Frame({ services, formats, ask, account, accounts, operator }: FrameProps) {
  const place = parsePlace(useHash());
  const [over, setOver] = useState<Over>(null);
  const [basket, setBasket] = useState<number[]>([]);
  const [toasts] = useState(() => new Toasts());
  const outbox = services.outbox!;
  const row = findPage(place.path);
  const title = row ? words.pages[row.id] : words.shell.notFound;
  useEffect(() => void (document.title = `${title} · ${words.brand}`), [title]);
  useEffect(() => void (place.query.focus || document.getElementById("main")?.focus({ preventScroll: false })), [place.path.join("/")]);
  useEffect(() => {
    const timer = setTimeout(fetchPages, FETCH_PAGES_MS);
    return () => clearTimeout(timer);
  }, []);
  const undo = () => {
    const back = outbox.takeBack();
    toasts.say(back ? words.triage.undone(back.user.id > 0 ? `@${back.user.handle}` : back.user.handle) : words.triage.nothingToUndo);
  };
  const go = Object.fromEntries(PAGES.filter(({ go }) => go).map(({ id, go }) => [go, () => (location.hash = hashOf(id))])) as Handlers;
  useKeys({ ...go, palette: () => setOver("palette"), help: () => setOver("help"), filter: () => void (location.hash = hashOf("people", { focus: "1" })), undo, close: toasts.close });
  const preferences = services.preferences.value;
  // The same one as long as it can be: all that is shown is drawn again with another.
  const shared = useMemo((): Console<typeof ask> => ({
    ask, formats, operator, outbox, preferences, basket, setBasket,
    account: account!,
    prefer: (change) => services.preferences.set(change),
    say: toasts.say,
    send: (path, init) => services.send(new Request(services.root + path, init)),
    logout: async () => {
      if (outbox.pending > 0 && !confirm(words.settings.logoutAsk(outbox.pending, formats.count(outbox.pending)))) return;
      outbox.empty();
      await services.session.logout();
    },
  }), [ask, formats, operator, outbox, preferences, basket, account]);
  return (
    <ConsoleContext.Provider value={shared as never}>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}>{words.shell.skip}</a>
      <div class="shell">
        <Nav current={row?.id ?? null} />
        <div class="stage">
          <Bar services={services} accounts={accounts} onFind={() => setOver("palette")} />
          <main id="main" tabIndex={-1} class={`page page-${row?.id ?? "none"}`}>
            {(!account || !row) && <h1 class="sr">{title}</h1>}
            {!account ? <Empty title={words.shell.noAccount} why={words.shell.noAccountWhy} />
              : row ? <row.page key={account.id} path={place.path} query={place.query} />
              : <Empty title={words.shell.notFound} why={words.shell.notFoundWhy}><p><a href={hashOf("overview")}>{words.shell.home}</a></p></Empty>}
          </main>
        </div>
      </div>
      <Basket />
      <Toast of={toasts} />
      {over === "palette" && <Palette onClose={() => setOver(null)} onHelp={() => setOver("help")} />}
      {over === "help" && <KeysHelp onClose={() => setOver(null)} />}
    </ConsoleContext.Provider>
  );
}
