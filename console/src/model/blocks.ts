/** A long list that is read in blocks of rows. */
export const BLOCK = 100;

/** The blocks of rows from `from` to before `to`. */
export function blocksOf(from: number, to: number): { first: number; last: number } {
  return { first: Math.floor(from / BLOCK), last: Math.floor(Math.max(from, to - 1) / BLOCK) };
}

/**
 * How long the list is, as far as is known: where nobody has counted yet, another block follows the last full one.
 * @param at  a row that is there: somebody was at it
 */
export function lengthOf(count: number | null, blocks: ReadonlyMap<number, { length: number }>, at: number): number {
  if (count !== null) return count;
  if (blocks.size === 0) return at + 1;
  const ends = [...blocks].filter(([, { length }]) => length < BLOCK).map(([n, { length }]) => n * BLOCK + length);
  return ends.length > 0 ? Math.min(...ends) : Math.max(at + 1, (Math.max(...blocks.keys()) + 2) * BLOCK);
}
