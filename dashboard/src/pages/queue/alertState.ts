/** How the alerts of a ticket fared, in one word. */
import type { Ticket } from "@/api/types";

type Alert = Ticket["alerts"][number];

/** The worst that a person has to know of comes first: an alert that nobody got, one that is on its way. */
const ORDER = ["exhausted", "pending", "delivered", "suppressed"] as const satisfies readonly Alert["status"][];

/** Null without alerts; an alert that a fallback has delivered in its place counts as that one. */
export function alertState(alerts: readonly Alert[]): Alert["status"] | null {
  const delivered = new Set(
    alerts.filter(({ status }) => status === "delivered").map(({ destination }) => destination),
  );
  const counted = alerts.filter(({ fallback }) => fallback === null || !delivered.has(fallback));
  return ORDER.find((status) => counted.some((alert) => alert.status === status)) ?? null;
}
