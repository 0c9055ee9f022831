/** Ctrl-K: a person by handle or name, a page, a command. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { CommandId } from "../model/keymap";
import { hashOf } from "../model/place";
import type { UserDetail } from "../model/types";
import { words } from "../model/words";
import { useConsole } from "../pages/use_console";
import { Icon, type IconName } from "../ui/icons";
import { commandsNow, Kbd } from "../ui/keys";
import { Dialog, Foreign, Handle, VerdictTag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { PAGES } from "./routes";

const SETTLE_MS = 120;
const PEOPLE = 8;

/** They need no place in the palette, or have one. */
const ELSEWHERE = new Set<CommandId>(["palette", "help", "close", "next", "previous", "range"]);

function unique(people: UserDetail[]): UserDetail[] {
  return [...new Map(people.map((one) => [one.id, one])).values()].slice(0, PEOPLE);
}

interface Choice {
  id: string;
  icon: IconName;
  text: string;
  command?: CommandId;
  run: () => void;
}

export function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const { ask, account, preferences, prefer, logout } = useConsole();
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  const [at, setAt] = useState(0);
  const [here] = useState(() => commandsNow().filter(({ id }) => !id.startsWith("go.") && !ELSEWHERE.has(id)));
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim().replace(/^@/, "")), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const useFound = (how: object) =>
    useQuery(ask.users({ account_id: account?.id, ...how, limit: PEOPLE, count: "none", ordering: "-followers_count", expand: "classification" }), { enabled: asked.length > 0 && account !== undefined, keep: true });
  const named = useFound({ handle__istartswith: asked });
  const found = useFound({ search: asked });
  const dark = preferences.theme === "dark" || (preferences.theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  const commands: Choice[] = [
    ...PAGES.filter(({ go }) => go).map(({ id, icon, go }) => ({ id, icon, text: words.pages[id], command: go, run: () => void (location.hash = hashOf(id)) })),
    { id: "keys", icon: "keyboard", text: words.keys.names.help!, command: "help", run: onHelp },
    ...here.map(({ id, run }): Choice => ({ id, icon: "keyboard", text: words.keys.names[id]!, command: id, run })),
    { id: "theme", icon: "theme", text: words.palette.theme, run: () => prefer({ theme: dark ? "light" : "dark" }) },
    { id: "logout", icon: "close", text: words.palette.logout, run: () => void logout() },
  ];
  const wanted = text.trim().toLowerCase();
  const people = asked && wanted ? unique([...(named.data?.results ?? []), ...(found.data?.results ?? [])]) : [];
  const fitting = commands.filter((command) => command.text.toLowerCase().includes(wanted));
  const begins = (command: Choice) => wanted !== "" && command.text.toLowerCase().startsWith(wanted);
  // What people are found comes late: it moves nothing that Enter may be meant for.
  const shown: (Choice | UserDetail)[] = [...fitting.filter(begins), ...people, ...fitting.filter((command) => !begins(command))];
  const count = shown.length;
  const isAsking = asked.toLowerCase() !== wanted.replace(/^@/, "") || named.isFetching || found.isFetching;
  const failed = named.error ?? found.error;
  const active = Math.min(at, Math.max(0, count - 1));
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [active, count]);
  const open = (index: number) => {
    const chosen = shown[index];
    onClose();
    if (chosen && "run" in chosen) chosen.run();
    else if (chosen) location.hash = hashOf(`users/${chosen.id}`);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && count > 0) {
      event.preventDefault();
      setAt((active + step + count) % count);
    } else if (event.key === "Enter" && count > 0) {
      event.preventDefault();
      open(active);
    }
  };
  const option = (index: number) => ({
    id: `option-${index}`, role: "option" as const, "aria-selected": index === active, onMouseMove: () => setAt(index), onClick: () => open(index),
  });
  return (
    <Dialog title={words.palette.title} onClose={onClose} class="palette">
      <input
        autofocus role="combobox" aria-expanded="true" aria-controls="found" aria-activedescendant={count > 0 ? `option-${active}` : undefined}
        aria-label={words.palette.placeholder} placeholder={words.palette.placeholder} value={text}
        onInput={(event) => (setText(event.currentTarget.value), setAt(0))} onKeyDown={onKeyDown}
      />
      <ul ref={list} id="found" role="listbox" aria-label={words.palette.title}>
        {shown.map((one, index) => (
          <li key={one.id} {...option(index)}>
            {"run" in one
              ? <><Icon name={one.icon} />{one.text}{one.command && <em aria-hidden="true"><Kbd of={one.command} /></em>}</>
              : <><Icon name="people" /><Handle>{one.handle}</Handle> <Foreign class="soft clip">{one.username}</Foreign><VerdictTag verdict={one.classification} /></>}
          </li>
        ))}
      </ul>
      {failed && asked ? <p class="note none" role="alert">{failed.message}</p> : count === 0 && <p class="note none" role="status">{isAsking ? words.states.loading : words.palette.none}</p>}
    </Dialog>
  );
}
