/** Who is not logged in sees the login; who is, the shell with a page in it. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { formatsFor } from "../model/format";
import { words } from "../model/words";
import { KeyContext, useKeyboard } from "../ui/keys";
import { QueryContext } from "../ui/query";
import { useStore } from "../ui/store";
import { Login } from "./login";
import type { Services } from "./services";
import { Shell } from "./shell";

export function App({ services }: { services: Services }) {
  const { session, preferences } = services;
  const [started, setStarted] = useState(false);
  useStore(session);
  useStore(preferences);
  useEffect(() => void session.start().finally(() => setStarted(true)), []);
  const { theme, density, language, keys } = preferences.value;
  useEffect(() => {
    const root = document.documentElement;
    root.dataset.theme = theme;
    root.dataset.density = density;
  }, [theme, density]);
  const formats = useMemo(() => formatsFor(language), [language]);
  useKeyboard(keys);
  const { state } = session;
  useEffect(() => void (state.kind === "out" && services.end()), [state.kind]);
  if (state.kind === "unreachable") return <main class="login"><p class="notice" role="status">{words.login.unreachable}</p></main>;
  if (state.kind === "unknown") return started ? null : <main class="login" aria-busy="true" />;
  if (state.kind === "out") return <Login session={session} ended={state.ended} />;
  return (
    <QueryContext.Provider value={services.answers}>
      <KeyContext.Provider value={keys}>
        <Shell services={services} formats={formats} />
      </KeyContext.Provider>
    </QueryContext.Provider>
  );
}
