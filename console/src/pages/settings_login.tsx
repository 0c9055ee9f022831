/** How the operator logs in: sessions, password, second factor. */
import { useRef, useState } from "preact/hooks";
import type { Me, Session } from "../model/types";
import { words } from "../model/words";
import { Card, Tag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { States } from "../ui/states";
import { useConsole } from "./use_console";

const say = words.settings;

/** Sends JSON, and tells what the server says when it refuses. */
function useAct() {
  const console = useConsole();
  return async <T,>(method: string, path: string, body?: unknown): Promise<T | null> => {
    const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }) };
    try {
      const response = await console.send(path, init);
      return (response.status === 204 ? {} : await response.json()) as T;
    } catch (error) {
      console.say((error as Error).message, "harmful");
      return null;
    }
  };
}

export function Sessions() {
  const { ask, formats } = useConsole();
  const act = useAct();
  const sessions = useQuery(ask.sessions());
  const end = async (path: string) => {
    await act("DELETE", path);
    void sessions.refetch();
  };
  const row = (session: Session) => (
    <li key={session.jti}>
      <span class="grow clip" title={session.user_agent ?? ""}>{browserOf(session.user_agent)} <span class="note">{session.address} · {say.used(formats.ago(session.last_used_at))}</span></span>
      <span class="n">{session.current ? <Tag tone="accent">{say.current}</Tag> : <button type="button" onClick={() => void end(`/api/sessions/${session.jti}/`)}>{say.end}</button>}</span>
    </li>
  );
  return (
    <Card title={say.sessions} note={<button type="button" class="bare" onClick={() => void end("/api/sessions/")}>{say.endOthers}</button>}>
      <States of={sessions}>{(all) => <ul class="rows">{all.map(row)}</ul>}</States>
    </Card>
  );
}

function browserOf(agent: string | null): string {
  const known = /(Firefox|Edg|OPR|Chrome|Safari|curl)[/ ]?(\d+)?/.exec(agent ?? "");
  return known ? `${known[1]!.replace("Edg", "Edge").replace("OPR", "Opera")} ${known[2] ?? ""}`.trim() : agent?.slice(0, 40) || say.unknownAgent;
}

/** So that password managers know whose password it is. */
function Whose({ me }: { me: Me }) {
  return <input class="sr" name="username" autocomplete="username" value={me.username} readOnly tabIndex={-1} aria-label={say.name} />;
}

export function Password({ me }: { me: Me }) {
  const act = useAct();
  const console = useConsole();
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    const body = Object.fromEntries(new FormData(form.current!));
    delete body.username;
    if (await act("POST", "/api/me/password/", body)) console.say(say.changed, "sane");
  };
  return (
    <Card title={say.password}>
      <form ref={form} class="stack" onSubmit={(event) => void submit(event)}>
        <Whose me={me} />
        <label class="field">{say.currentPassword}<input name="current_password" type="password" autocomplete="current-password" required /></label>
        <label class="field">{say.newPassword}<input name="new_password" type="password" autocomplete="new-password" required /></label>
        <p class="row"><button>{say.changePassword}</button><span class="note">{say.passwordWhy}</span></p>
      </form>
    </Card>
  );
}

interface Begun {
  secret: string;
  otpauth_url: string;
  qr_svg: string;
}

export function Factor({ me, refetch }: { me: Me; refetch: () => void }) {
  const act = useAct();
  const form = useRef<HTMLFormElement>(null);
  const [begun, setBegun] = useState<Begun | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const on = me.second_factor;
  const field = (name: string) => String(new FormData(form.current!).get(name) ?? "");
  const submit = async (event: Event) => {
    event.preventDefault();
    if (begun) {
      const done = await act<{ recovery_codes: string[] }>("POST", "/api/me/totp/confirm/", { otp: field("otp") });
      if (done) (setCodes(done.recovery_codes), setBegun(null), refetch());
    } else if (on) {
      if (await act("DELETE", "/api/me/totp/", { current_password: field("current_password"), otp: field("otp") })) (setCodes(null), refetch());
    } else {
      setBegun(await act<Begun>("POST", "/api/me/totp/", { current_password: field("current_password") }));
    }
  };
  return (
    <Card title={say.factor} note={on ? <Tag tone="sane">✓</Tag> : undefined}>
      <form ref={form} class="stack" onSubmit={(event) => void submit(event)}>
        <p class="note">{begun ? say.scan : on ? say.factorOn : say.factorOff}</p>
        {begun && <><img class="qr" alt="" src={`data:image/svg+xml,${encodeURIComponent(begun.qr_svg)}`} /><p class="mono">{begun.secret}</p></>}
        {codes && <><p>{say.recoveryWhy}</p><ul class="codes" aria-label={say.recovery}>{codes.map((code) => <li key={code}>{code}</li>)}</ul></>}
        {!begun && <><Whose me={me} /><label class="field">{say.currentPassword}<input name="current_password" type="password" autocomplete="current-password" required /></label></>}
        {(begun || on) && <label class="field">{say.code}<input name="otp" autocomplete="one-time-code" required /></label>}
        <p><button>{begun ? say.confirm : on ? say.turnOff : say.turnOn}</button></p>
      </form>
    </Card>
  );
}
