import { oneOf, text } from "@/app/urlState";
import type { DeliveryFilters } from "@/live/lists";

export const STATUSES = ["pending", "delivered", "exhausted", "suppressed"] as const;
export const AGES = ["15m", "1h", "24h", "7d"] as const;
export type Age = (typeof AGES)[number];
export const AGE_WORDS: Record<Age, string> = {
  "15m": "last 15 minutes",
  "1h": "last hour",
  "24h": "last 24 hours",
  "7d": "last 7 days",
};
const AGE_MS: Record<Age, number> = { "15m": 900_000, "1h": 3_600_000, "24h": 86_400_000, "7d": 604_800_000 };

export const STATE = {
  status: oneOf(STATUSES),
  destination: text(),
  category: text(),
  age: oneOf(AGES),
  /** The delivery that is open. */
  id: text(),
};

export type State = {
  status: (typeof STATUSES)[number] | null;
  destination: string;
  category: string;
  age: Age | null;
  id: string;
};

/** The API's filters; a time is rounded to the minute, so that the list is not another one each second. */
export function toFilters({ status, destination, category, age }: Omit<State, "id">, nowMs: number): DeliveryFilters {
  return {
    ...(status && { status }),
    ...(destination && { destination }),
    ...(category && { category }),
    ...(age && { since: new Date(Math.floor((nowMs - AGE_MS[age]) / 60_000) * 60_000).toISOString() }),
  };
}
