import { oneOf, text } from "@/app/urlState";
import { AGES, type Age, sinceOf } from "@/format/age";
import type { DeliveryFilters } from "@/live/lists";

export const STATUSES = ["pending", "delivered", "exhausted", "suppressed"] as const;

export const STATE = {
  status: oneOf(STATUSES),
  destination: text(),
  category: text(),
  age: oneOf(AGES),
  /** The delivery that is open. */
  id: text(),
};

export type Filters = {
  status: (typeof STATUSES)[number] | null;
  destination: string;
  category: string;
  age: Age | null;
};

/** What the API is asked for. */
export function toQuery({ status, destination, category, age }: Filters, nowMs: number): DeliveryFilters {
  return {
    ...(status && { status }),
    ...(destination && { destination }),
    ...(category && { category }),
    ...(age && { since: sinceOf(age, nowMs) }),
  };
}

/** Filters as the tokens change them; null takes one away. */
export function toFilters(change: Readonly<Record<string, string | null>>): Partial<Filters> {
  return {
    ...("status" in change && { status: STATUSES.find((status) => status === change.status) ?? null }),
    ...("destination" in change && { destination: change.destination ?? "" }),
    ...("category" in change && { category: change.category ?? "" }),
    ...("age" in change && { age: AGES.find((age) => age === change.age) ?? null }),
  };
}
