/** Where the next page of a list begins, as the link of this one says; null: it was the last. */
export function cursorOf(next: string | null): string | null {
  return next && new URL(next, "http://any").searchParams.get("cursor");
}
