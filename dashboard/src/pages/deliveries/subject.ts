/** What a delivery is about, as a name and where that leads to. */
import type { Delivery } from "@/api/types";

export type Subject = { name: string; href: string | null };

// Source: `about` and `trial_alert` of layers/core/ticketrouter/domain/alert.py, `digest_id` of domain/digest.py
export function subjectOf({ id, ticket_id, incident_id }: Pick<Delivery, "id" | "ticket_id" | "incident_id">): Subject {
  if (incident_id !== null) {
    const update = id.split("~")[1];
    return { name: `Incident, message ${update}`, href: `/incidents/${incident_id}` };
  }
  if (/^dig_[a-z2-7]{26}$/.test(ticket_id)) return { name: "Digest", href: null };
  if (isTest({ ticket_id })) return { name: "Test", href: null };
  return { name: ticket_id, href: `/tickets/${encodeURIComponent(ticket_id)}` };
}

function isTest({ ticket_id }: { ticket_id: string }): boolean {
  return ticket_id.startsWith("test_");
}

/** How the last try ended, in a word or two: `HTTP 503`, `webhook-unavailable`. */
export function lastAnswer({ log }: Pick<Delivery, "log">): string {
  const last = log.at(-1);
  if (!last) return "not tried";
  if (last.status !== null) return `HTTP ${last.status}`;
  return last.error ?? "no answer";
}

/** The id of the delivery of the digest that tells this one. */
export function digestDelivery({ digest_id, destination }: Pick<Delivery, "digest_id" | "destination">): string {
  return `${digest_id}~${destination}`;
}
