/** Small pieces that every page is made of. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { choiceOf, SIGNS, type Choice, type Tone } from "../model/verdict";
import { initialOf, profileOf } from "../model/links";
import type { Estimate, Verdict } from "../model/types";
import { words } from "../model/words";
import { Icon } from "./icons";

type Children = { children?: ComponentChildren };

export function Tag({ tone = "plain", children, title }: Children & { tone?: Tone; title?: string }) {
  return <span class={`tag ${tone}`} title={title}>{children}</span>;
}

export function VerdictTag({ verdict, choice }: { verdict?: Pick<Verdict, "harmful" | "inactive"> | null; choice?: Choice | null }) {
  const shown = choice ?? choiceOf(verdict);
  if (!shown) return <Tag>{words.verdict.unclassified}</Tag>;
  return <Tag tone={shown}>{SIGNS[shown]} {words.verdict[shown].toLowerCase()}</Tag>;
}

/** What a stranger wrote: shown as text, in its own direction, never interpreted. */
export function Foreign({ children, class: name }: { children: string | null | undefined; class?: string }) {
  return <bdi class={name}>{children ?? ""}</bdi>;
}

export function Handle({ children }: { children: string | null | undefined }) {
  return <bdi class="handle">@{children ?? ""}</bdi>;
}

export function Face({ name, handle, tone }: { name: string | null | undefined; handle: string | null | undefined; tone?: Tone }) {
  return <span class={`face ${tone ?? ""}`} aria-hidden="true">{initialOf(name, handle)}</span>;
}

export function ProfileLink({ handle, children }: Children & { handle: string | null | undefined }) {
  const href = profileOf(handle);
  if (!href) return null;
  return <a class="outside" href={href} target="_blank" rel="noreferrer noopener">{children ?? words.triage.openOnX} <Icon name="external" /></a>;
}

export function Card({ title, note, children, class: name = "" }: Children & { title?: string; note?: ComponentChildren; class?: string }) {
  return (
    <section class={`card ${name}`}>
      {title && <header><h2>{title}</h2>{note && <span class="note">{note}</span>}</header>}
      {children}
    </section>
  );
}

/** An estimate with its interval, drawn to scale. */
export function Interval({ of, max, tone }: { of: Estimate; max: number; tone: Tone }) {
  const { estimate, low, high } = of as { estimate: number | null; low: number | null; high: number | null };
  if (estimate === null || low === null || high === null || !(max > 0)) return null;
  const share = (value: number) => `${Math.min(100, Math.max(0, (100 * value) / max))}`;
  return (
    <svg class={`interval ${tone}`} viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" x="0" y="4" width="100" height="4" rx="1" />
      <rect class="span" x={share(low)} y="3" width={Math.max(0.5, Number(share(high)) - Number(share(low)))} height="6" />
      <rect class="mark" x={share(estimate)} y="0" width="0.8" height="12" />
    </svg>
  );
}

/** A dialog that takes the focus, gives it back, and closes with Esc. */
export function Dialog({ title, onClose, mayClose = () => true, children, class: name = "" }: Children & { title: string; onClose: () => void; mayClose?: () => boolean; class?: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => mayClose() && onClose();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => (before instanceof HTMLElement ? before.focus() : undefined);
  }, []);
  return (
    <dialog ref={dialog} class={name} aria-label={title} onClose={onClose} onCancel={(event) => mayClose() || event.preventDefault()} onClick={(event) => event.target === dialog.current && close()}>
      <div class="inside">
        <header><h2>{title}</h2><button class="bare" type="button" aria-label={words.shell.dismiss} onClick={close}><Icon name="close" /></button></header>
        {children}
      </div>
    </dialog>
  );
}

/** A switch of a few choices. */
export function Choices<T extends string>({ label, value, options, onChange }: { label: string; value: T; options: readonly (readonly [T, string])[]; onChange: (value: T) => void }) {
  return (
    <div class="choices" role="group" aria-label={label}>
      {options.map(([id, text]) => (
        <button key={id} type="button" aria-pressed={id === value} onClick={() => onChange(id)}>{text}</button>
      ))}
    </div>
  );
}
