/**
 * Answers that have become old are read again: what is shown at once, the rest when it is asked for next. No timer holds that
 * up, because a tab in the background has one a second; what changes while an answer is being read is read after it.
 */
import type { Query, QueryClient } from "@tanstack/query-core";
import { MADE_OF } from "../api/queries";

export class Reading {
  #running = new Set<Query>();
  #again = new Set<Query>();

  constructor(private readonly answers: QueryClient) {}

  /** Everything that is made of these tables. */
  again(tables: Iterable<string>): void {
    const names = new Set<unknown>([...tables].flatMap((table) => MADE_OF[table] ?? []));
    for (const query of this.answers.getQueryCache().getAll()) if (names.has(query.queryKey[0])) void this.#read(query);
  }

  async #read(query: Query): Promise<void> {
    this.#again.add(query);
    if (this.#running.has(query)) return;
    this.#running.add(query);
    while (this.#again.delete(query)) {
      query.invalidate();
      if (query.isActive()) await this.answers.refetchQueries({ queryKey: query.queryKey, exact: true });
    }
    this.#running.delete(query);
  }
}
