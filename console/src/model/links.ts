/** Links made of what scraped users wrote: only to X itself, never to where they point. */
const HANDLE = /^[A-Za-z0-9_]{1,15}$/;

/** The profile on X, or null where the handle is none that X gives. */
export function profileOf(handle: string | null | undefined): string | null {
  return handle && HANDLE.test(handle) ? `https://x.com/${handle}` : null;
}

/** What a face shows instead of a picture: a letter or digit of the name. */
export function initialOf(name: string | null | undefined, handle: string | null | undefined): string {
  const found = /[\p{L}\p{N}]/u.exec(`${name ?? ""}${handle ?? ""}`);
  return found ? found[0].toLocaleUpperCase() : "?";
}
