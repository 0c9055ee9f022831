// How a front uses the types that scripts/typescript-client makes; compiled with them, never run.
import createClient from "openapi-fetch";
import type { components, paths } from "watchdxg-api";

type User = components["schemas"]["User"];

// Lists of values are one parameter with commas.
const client = createClient<paths>({
  baseUrl: "http://localhost:8000",
  querySerializer: { array: { style: "form", explode: false } },
});

export async function logIn(username: string, password: string): Promise<string> {
  const { data, error } = await client.POST("/api/token/", { body: { username, password } });
  if (data === undefined) throw new Error(JSON.stringify(error));
  client.use({
    onRequest: ({ request }) => {
      request.headers.set("Authorization", `Bearer ${data.access}`);
      return request;
    },
  });
  return data.refresh;
}

export async function popularFollowers(accountId: number): Promise<User[]> {
  const { data } = await client.GET("/api/users/", {
    params: {
      query: { account_id: accountId, follower: true, followers_count__gte: 1000, ordering: ["-followers_count", "handle"] },
    },
  });
  // Without `fields` and pages it is an array of whole rows.
  return (data ?? []) as User[];
}

export function joined(user: User): Date | null {
  return user.created_at === null ? null : new Date(user.created_at);
}

export async function mistakes(): Promise<void> {
  // @ts-expect-error: there is no such path
  await client.GET("/api/nothing/");
  // @ts-expect-error: a number is wanted
  await client.GET("/api/users/", { params: { query: { followers_count__gte: "many" } } });
  // @ts-expect-error: no such field
  await client.GET("/api/users/", { params: { query: { ordering: ["loudness"] } } });
  // @ts-expect-error: the password is missing
  await client.POST("/api/token/", { body: { username: "watchdxg" } });
}
