/** localStorage as the tests need it. */
export class MemoryStorage {
  #rows = new Map<string, string>();
  get length() { return this.#rows.size; }
  key(i: number) { return [...this.#rows.keys()][i] ?? null; }
  getItem(name: string) { return this.#rows.get(name) ?? null; }
  setItem(name: string, value: string) { this.#rows.set(name, value); }
  removeItem(name: string) { this.#rows.delete(name); }
  clear() { this.#rows.clear(); }
}
