/** The API with types from its OpenAPI document; every failure is an ApiFailure. */
import type { paths } from "#schema";
import createClient from "openapi-fetch";
import { ApiFailure, failureOf, offlineFailure } from "./failure";
import type { Session } from "./session";

/** Where the API is: beside the folder of the page, whatever prefix a proxy puts before both. */
export function apiRoot(page: string): string {
  return new URL("..", page).href.replace(/\/$/, "");
}

export type Fetch = (request: Request) => Promise<Response>;

/** `fetch` with the access token; one that has expired is refreshed and the request sent once more. */
export function authorizedFetch(session: Session, send: Fetch = (request) => fetch(request)): Fetch {
  return async (request) => {
    const attempt = async () => {
      const copy = request.method === "GET" ? request : request.clone(); // a body can be sent once
      if (session.access) copy.headers.set("Authorization", `Bearer ${session.access}`);
      return send(copy).catch((error: unknown) => {
        throw error instanceof DOMException && error.name === "AbortError" ? error : offlineFailure();
      });
    };
    const used = session.access;
    let response = await attempt();
    if (response.status === 401) {
      if (session.access === used) await session.refresh();
      response = await attempt();
    }
    if (!response.ok && response.status !== 304) throw await failureOf(response);
    return response;
  };
}

export function makeClient(session: Session, root: string) {
  return createClient<paths>({ baseUrl: root, fetch: authorizedFetch(session) });
}
export type Client = ReturnType<typeof makeClient>;

/** The data of an answer. */
export async function take<T>(answer: Promise<{ data?: unknown }>): Promise<T> {
  const { data } = await answer;
  return data as T;
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof ApiFailure && error.status === status;
}
