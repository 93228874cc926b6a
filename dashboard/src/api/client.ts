/**
 * The API, with the types of docs/openapi.json:
 *
 *     const page = await read(api.GET("/tickets", { params: { query: { status: "scored" } }, signal }));
 */
import createClient, { type Middleware } from "openapi-fetch";
import { ApiError, errorFrom, toApiError } from "./problem";
import type { paths } from "./schema";
import { SCOPES, type Scope, session } from "./session";

/** What a route needs beside `read`; the scopes stand in docs/openapi.json and, for people, in the README. */
function scopeOf(method: string, path: string): Scope {
  if (method === "POST" && (/^\/tickets(\/batch)?$/.test(path) || path.endsWith("/feedback"))) return "submit";
  if (method === "GET") return /^\/deliveries\/[^/]+$/.test(path) ? "operate" : "read";
  return path === "/score" ? "read" : "operate";
}

const authorize: Middleware = {
  onRequest({ request }) {
    const key = session.get()?.key;
    if (key && !request.headers.has("Authorization")) request.headers.set("Authorization", `Bearer ${key}`);
    return request;
  },
  onResponse({ request, response }) {
    if (request.headers.get("Authorization") !== `Bearer ${session.get()?.key}`) return; // of another session
    if (response.status === 401) session.expire();
    if (response.status !== 403) return;
    const scope = scopeOf(request.method, new URL(request.url).pathname);
    // Every page reads. A key that may not is one that was taken back: the gateway tells no more.
    if (scope === "read") session.expire();
    else session.refuse(scope);
  },
};

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  fetch: (request) => globalThis.fetch(request), // looked up at each call: tests put a fake router there
});
api.use(authorize);

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** Wait for the answer's body, or throw an ApiError; an aborted request throws what `fetch` throws. */
export async function read<T>(answer: Promise<Answer<T>>): Promise<T> {
  let settled: Answer<T>;
  try {
    settled = await answer;
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw toApiError(thrown);
  }
  if (!settled.response.ok) throw errorFrom(settled.response, settled.error);
  return settled.data as T;
}

/**
 * Check a key before it is used.
 *
 * @returns the scopes that it lacks.
 * @throws ApiError if the key may not even read.
 */
export async function checkKey(key: string): Promise<readonly Scope[]> {
  const { scopes } = await read(api.GET("/key", { headers: { Authorization: `Bearer ${key}` } }));
  return SCOPES.filter((scope) => !scopes.includes(scope));
}

export { ApiError };
