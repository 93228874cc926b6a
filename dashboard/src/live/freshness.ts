/** How fresh the page is. */
export type Freshness = "updated" | "refreshing" | "stale" | "paused";

export type FreshnessFacts = {
  /** When the page was last known to be up to date; null before the first answer. */
  updatedAt: number | null;
  /** Since when a request is under way; null if none is. */
  requestedAt: number | null;
  /** How long it is meant to take from one answer to the next request. */
  intervalMs: number;
  paused: boolean;
};

/** Shorter requests are no news: the word would flicker. */
export const NOTICEABLE_MS = 700;

/** Data older than two intervals is stale, whatever the reason; nothing is that never came. */
export function classify({ updatedAt, requestedAt, intervalMs, paused }: FreshnessFacts, nowMs: number): Freshness {
  if (paused) return "paused";
  if (updatedAt !== null && nowMs - updatedAt > 2 * intervalMs) return "stale";
  if (updatedAt === null || (requestedAt !== null && nowMs - requestedAt > NOTICEABLE_MS)) return "refreshing";
  return "updated";
}
