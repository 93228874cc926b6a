/** "Changed in the last hour": choices of lists that have a time filter of their own. */
export const AGES = ["15m", "1h", "24h", "7d"] as const;
export type Age = (typeof AGES)[number];
export const AGE_WORDS: Record<Age, string> = {
  "15m": "last 15 minutes",
  "1h": "last hour",
  "24h": "last 24 hours",
  "7d": "last 7 days",
};
const AGE_MS: Record<Age, number> = { "15m": 900_000, "1h": 3_600_000, "24h": 86_400_000, "7d": 604_800_000 };

/** Since when, for the API; whole minutes. */
export function sinceOf(age: Age, nowMs: number): string {
  return new Date(Math.floor((nowMs - AGE_MS[age]) / 60_000) * 60_000).toISOString();
}
