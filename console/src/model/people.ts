/** The list of people: its columns, and how its filters become a query. */
export const COLUMNS = ["name", "bio", "verdict", "score", "rank", "followers", "following", "joined"] as const;
export type Column = (typeof COLUMNS)[number];

/** What the server calls it, whether it orders by it, and how wide a column is. */
export const COLUMN: Record<Column, { field: string; isOrder: boolean; width: string; number?: boolean }> = {
  name: { field: "username", isOrder: true, width: "minmax(110px, 1fr)" },
  bio: { field: "bio", isOrder: false, width: "minmax(160px, 2fr)" },
  verdict: { field: "classification", isOrder: false, width: "104px" },
  score: { field: "risk", isOrder: true, width: "64px", number: true },
  rank: { field: "rank", isOrder: true, width: "64px", number: true },
  followers: { field: "followers_count", isOrder: true, width: "92px", number: true },
  following: { field: "following_count", isOrder: true, width: "92px", number: true },
  joined: { field: "created_at", isOrder: true, width: "92px", number: true },
};

export function shownColumns(chosen: readonly string[]): Column[] {
  return COLUMNS.filter((column) => chosen.includes(column));
}

/** The fields of a file of what is shown. */
export function csvFields(chosen: readonly string[]): string {
  return ["id", "handle", ...shownColumns(chosen).map((column) => COLUMN[column].field)].join(",");
}

/** What stands in the address, and the parameter of the API that it becomes. */
const FILTERS: Record<string, (value: string) => [string, string] | null> = {
  search: (value) => ["search", value],
  verdict: (value) => ["classification", value],
  least: (value) => whole("followers_count__gte", value),
  most: (value) => whole("followers_count__lte", value),
  leastFollowing: (value) => whole("following_count__gte", value),
  mostFollowing: (value) => whole("following_count__lte", value),
  rank: (value) => (Number(value) > 0 && Number(value) < 1 ? ["rank__gte", value] : null),
  from: (value) => month("created_at__gte", value),
  to: (value) => month("created_at__lte", value),
  wave: (value) => ["cohort", value],
};

/** A whole number as people write it, with what they put between thousands: `1,000`, `1.000`, `1 000`, `1’000`. */
export function wholeNumber(text: string): string | null {
  const digits = text.replace(/[\s'’]|[.,](?=\d{3}(?!\d))/g, "");
  return /^\d{1,9}$/.test(digits) ? digits : null;
}

function whole(name: string, value: string): [string, string] | null {
  const digits = wholeNumber(value);
  return digits === null ? null : [name, digits];
}

function month(name: string, value: string): [string, string] | null {
  return /^\d{4}-\d{2}$/.test(value) ? [name, `${value}-01`] : null;
}

/** The parameters of `/api/users/`; what does not fit is as if it were not there. */
export function usersQuery(account: number, query: Record<string, string>): Record<string, string> {
  const params: Record<string, string> = { account_id: String(account) };
  for (const [name, toParam] of Object.entries(FILTERS)) {
    const param = query[name] ? toParam(query[name]!) : null;
    if (param) params[param[0]] = param[1];
  }
  const ordering = query.order ?? "-risk";
  const field = ordering.replace(/^-/, "");
  const known = field === "handle" || Object.values(COLUMN).some((column) => column.isOrder && column.field === field);
  params.ordering = known ? ordering : "-risk";
  return params;
}

/** The filter and the order alone: who is selected in them and the row somebody is at are not kept under a name. */
export function filterPart(query: Record<string, string>): Record<string, string> {
  const { at: _, sel: __, ...filter } = query;
  return filter;
}

/** The address with another filter or order. Another order selects nobody else; the rows are others in either case. */
export function otherFilter(query: Record<string, string>, change: Record<string, string | undefined>): Record<string, string | undefined> {
  return { ...filterPart(query), ...("order" in change ? { sel: query.sel } : {}), ...change };
}

export function hasFilters(query: Record<string, string>): boolean {
  return Object.keys(FILTERS).some((name) => query[name]);
}

/** Down first, then up, then as at first. */
export function nextOrder(current: string | undefined, column: string): string | undefined {
  if (current === `-${column}`) return column;
  return current === column ? undefined : `-${column}`;
}
