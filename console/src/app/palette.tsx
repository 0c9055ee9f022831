/** Ctrl-K: a person by handle or name, a page, a command. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { CommandId } from "../model/keymap";
import { hashOf } from "../model/place";
import { words } from "../model/words";
import { useConsole } from "../pages/use_console";
import { Icon, type IconName } from "../ui/icons";
import { Kbd } from "../ui/keys";
import { Dialog, Foreign, Handle, VerdictTag } from "../ui/parts";
import { useQuery } from "../ui/query";
import { PAGES } from "./routes";

const SETTLE_MS = 120;
const PEOPLE = 8;

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
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim().replace(/^@/, "")), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const found = useQuery(
    ask.users({ account_id: account?.id, search: asked, limit: PEOPLE, count: "none", ordering: "-followers_count", expand: "classification" }),
    { enabled: asked.length > 0 && account !== undefined, keep: true },
  );
  const dark = preferences.theme === "dark" || (preferences.theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  const commands: Choice[] = [
    ...PAGES.filter(({ go }) => go).map(({ id, icon, go }) => ({ id, icon, text: words.pages[id], command: go, run: () => void (location.hash = hashOf(id)) })),
    { id: "keys", icon: "keyboard", text: words.keys.names.help!, command: "help", run: onHelp },
    { id: "theme", icon: "theme", text: words.palette.theme, run: () => prefer({ theme: dark ? "light" : "dark" }) },
    { id: "logout", icon: "close", text: words.palette.logout, run: () => void logout() },
  ];
  const wanted = text.trim().toLowerCase();
  const shown = commands.filter((command) => command.text.toLowerCase().includes(wanted));
  const people = asked && wanted ? (found.data?.results ?? []) : [];
  const count = shown.length + people.length;
  const active = Math.min(at, Math.max(0, count - 1));
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [active, count]);
  const open = (index: number) => {
    const person = people[index];
    const command = shown[index - people.length];
    onClose();
    if (person) location.hash = hashOf(`users/${person.id}`);
    else command?.run();
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
        {people.map((user, index) => (
          <li key={user.id} {...option(index)}>
            <Icon name="people" /><Handle>{user.handle}</Handle> <Foreign class="soft clip">{user.username}</Foreign><VerdictTag verdict={user.classification} />
          </li>
        ))}
        {shown.map((command, index) => (
          <li key={command.id} {...option(people.length + index)}>
            <Icon name={command.icon} />{command.text}{command.command && <em aria-hidden="true"><Kbd of={command.command} /></em>}
          </li>
        ))}
      </ul>
      {count === 0 && <p class="note none">{words.palette.none}</p>}
    </Dialog>
  );
}
