/** What went wrong with a request, in one form for our own refusals, the gateway's and the network's. */
import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];
export type FieldError = { pointer: string; detail: string };

export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly code: string,
    readonly errors: readonly FieldError[] = [],
    /** From `Retry-After`, in seconds. */
    readonly retryAfterS: number | null = null,
  ) {
    super(`${title}: ${detail}`);
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

// The gateway's own answers say no more than `{"message": …}`: these are the words for them.
const GATEWAY: Record<number, readonly [title: string, detail: string]> = {
  401: ["Not signed in", "The request had no API key."],
  403: ["Not allowed", "This key is unknown or lacks the scope for this."],
  413: ["Too large", "The gateway takes at most 10 MB."],
  429: ["Too many requests", "The gateway's rate is used up. Try again in a second."],
  500: ["The gateway failed", "A function did not answer. Its log says why."],
  503: ["No answer in time", "A function took longer than the gateway waits."],
};

function isProblem(body: unknown): body is Problem & { errors?: FieldError[] } {
  return typeof body === "object" && body !== null && "code" in body && "title" in body && "detail" in body;
}

/** Read a refusal. */
export function errorFrom(response: Response, body: unknown): ApiError {
  const { status } = response;
  const retryAfter = Number(response.headers.get("Retry-After") ?? Number.NaN);
  const retryAfterS = Number.isFinite(retryAfter) ? retryAfter : null;
  if (isProblem(body)) return new ApiError(status, body.title, body.detail, body.code, body.errors, retryAfterS);
  const [title, detail] = GATEWAY[status] ?? ["Unexpected answer", `The server answered ${status}.`];
  return new ApiError(status, title, detail, `gateway-${status}`, [], retryAfterS);
}

/** Turn whatever was thrown into an ApiError; an aborted request stays what it is. */
export function toApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiError(0, "No connection", `The router could not be reached (${detail}).`, "network");
}
