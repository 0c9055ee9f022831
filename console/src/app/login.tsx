/** Logging in: name, password, and a code where there is a second factor. */
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiFailure } from "../api/failure";
import type { Session } from "../api/session";
import { words } from "../model/words";
import { Icon } from "../ui/icons";

export function Login({ session, ended }: { session: Session; ended: boolean }) {
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState(false);
  const [error, setError] = useState<ApiFailure | null>(null);
  const [wait, setWait] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    document.title = `${words.login.title} · ${words.brand}`;
    form.current?.querySelector("input")?.focus();
  }, []);
  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1000);
    return () => clearTimeout(timer);
  }, [wait]);
  const submit = async (event: Event) => {
    event.preventDefault();
    const fields = new FormData(form.current!);
    const text = (name: string) => String(fields.get(name) ?? "");
    setBusy(true);
    setError(null);
    try {
      await session.login(text("username"), text("password"), text("otp").trim());
    } catch (failure) {
      const told = failure instanceof ApiFailure ? failure : new ApiFailure(0, String(failure));
      setError(told);
      if (told.status === 429) setWait(Math.ceil(told.retryAfter ?? 60));
      setBusy(false);
      form.current?.querySelector<HTMLInputElement>("[name=password]")?.select();
    }
  };
  return (
    <main class="login">
      <form ref={form} onSubmit={submit}>
        <h1 class="brand"><Icon name="eye" />{words.brand}<i>.</i></h1>
        {ended && !error && <p class="notice">{words.login.ended}</p>}
        {error && <p class="notice harmful" role="alert">{wait > 0 ? words.login.wait(String(wait)) : error.message}</p>}
        <label>{words.login.username}<input name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required /></label>
        <label>{words.login.password}
          <span class="secret">
            <input name="password" type={shown ? "text" : "password"} autocomplete="current-password" required />
            <button type="button" class="bare" aria-label={words.login.show} aria-pressed={shown} onClick={() => setShown(!shown)}><Icon name="eye" /></button>
          </span>
        </label>
        <label><span>{words.login.otp} <small>{words.login.optional}</small></span><input name="otp" autocomplete="one-time-code" /></label>
        <button class="go" disabled={busy || wait > 0}>{busy ? words.login.busy : words.login.submit}</button>
      </form>
    </main>
  );
}
