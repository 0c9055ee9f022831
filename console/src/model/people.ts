/** The list of people: its columns, and how its filters become a query. */
export const COLUMNS = ["name", "bio", "verdict", "score", "rank", "followers", "following", "joined"] as const;
export type Column = (typeof COLUMNS)[number];

/** What the server orders by, and how wide a column is. */
export const COLUMN: Record<Column, { order: string | null; width: string; number?: boolean }> = {
  name: { order: "username", width: "minmax(110px, 1fr)" },
  bio: { order: null, width: "minmax(160px, 2fr)" },
  verdict: { order: null, width: "104px" },
  score: { order: "risk", width: "64px", number: true },
  rank: { order: "rank", width: "64px", number: true },
  followers: { order: "followers_count", width: "92px", number: true },
  following: { order: "following_count", width: "92px", number: true },
  joined: { order: "created_at", width: "92px", number: true },
};

/** What stands in the address, and the parameter of the API that it becomes. */
const FILTERS: Record<string, (value: string) => [string, string] | null> = {
  search: (value) => ["search", value],
  verdict: (value) => ["classification", value],
  least: (value) => whole("followers_count__gte", value),
  most: (value) => whole("followers_count__lte", value),
  rank: (value) => (Number(value) > 0 && Number(value) < 1 ? ["rank__gte", value] : null),
  from: (value) => month("created_at__gte", value),
  to: (value) => month("created_at__lte", value),
  wave: (value) => ["cohort", value],
};

function whole(name: string, value: string): [string, string] | null {
  return /^\d{1,9}$/.test(value) ? [name, value] : null;
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
  const known = Object.values(COLUMN).some(({ order }) => order === ordering.replace(/^-/, "")) || ordering.replace(/^-/, "") === "handle";
  params.ordering = known ? ordering : "-risk";
  return params;
}

export function hasFilters(query: Record<string, string>): boolean {
  return Object.keys(FILTERS).some((name) => query[name]);
}

/** Down first, then up, then as at first. */
export function nextOrder(current: string | undefined, column: string): string | undefined {
  if (current === `-${column}`) return column;
  return current === column ? undefined : `-${column}`;
}
