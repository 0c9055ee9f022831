/** Links to users of whom only the ids are known, by their handles. */
import type { ComponentChildren } from "preact";
import { hashOf } from "../model/place";
import { Handle } from "../ui/parts";
import { useQuery } from "../ui/query";
import { useConsole } from "./use_console";

/** More ids make the address of the question too long. */
const MOST = 400;

/** @return the link of one of them: `#7` until its handle is known, or where there is no such user any more */
export function useUserLinks(ids: readonly (number | null)[]): (id: number) => ComponentChildren {
  const { ask } = useConsole();
  const asked = [...new Set(ids.filter((id) => id !== null))].slice(0, MOST);
  const users = useQuery(ask.users({ id__in: asked.join(","), fields: "id,handle", limit: MOST, count: "none" }), { enabled: asked.length > 0, keep: true });
  const handles = new Map(users.data?.results.map(({ id, handle }) => [id, handle]));
  return (id) => <a href={hashOf(`users/${id}`)}>{handles.get(id) ? <Handle>{handles.get(id)}</Handle> : `#${id}`}</a>;
}
