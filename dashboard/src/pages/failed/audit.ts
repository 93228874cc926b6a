/** What an operator did, in words. */
import type { components } from "@/api/schema";

export type Entry = components["schemas"]["AuditResource"];

const ACTIONS: Record<string, string> = {
  "POST /dead-letters/redrive": "Redrove dead letters",
  "POST /deliveries/replay": "Sent many deliveries again",
  "POST /deliveries/{delivery_id}/replay": "Sent a delivery again",
  "POST /destinations/{destination_id}/test": "Tested a destination",
  "POST /incidents/{incident_id}/ack": "Acknowledged an incident",
  "POST /incidents/{incident_id}/mute": "Muted an incident",
  "POST /incidents/{incident_id}/resolve": "Resolved an incident",
  "DELETE /tickets/{ticket_id}": "Deleted a ticket",
  "DELETE /customers/{customer}/tickets": "Deleted a customer's tickets",
};

export function actionWords({ action, facts }: Pick<Entry, "action" | "facts">): string {
  const words = ACTIONS[action] ?? action;
  return facts.dry_run === 1 ? `Dry run: ${words.charAt(0).toLowerCase()}${words.slice(1)}` : words;
}

/** `12 deliveries, 12 sent`: the figures that the action told. */
export function factWords({ facts }: Pick<Entry, "facts">): string {
  return Object.entries(facts)
    .filter(([name, value]) => name !== "dry_run" && typeof value === "number")
    .map(([name, value]) => `${value} ${name.replaceAll("_", " ")}`)
    .join(", ");
}

/** Where the target is shown, if it still is. */
export function targetHref({ action, target, facts }: Pick<Entry, "action" | "target" | "facts">): string | null {
  if (facts.delivery_id) return `/deliveries?id=${encodeURIComponent(facts.delivery_id)}`; // what a test was sent as
  if (target === "") return null;
  if (action.includes("{incident_id}")) return `/incidents/${target}`;
  if (action.includes("{delivery_id}")) return `/deliveries?id=${encodeURIComponent(target)}`;
  if (action.includes("{destination_id}")) return `/deliveries?destination=${encodeURIComponent(target)}`;
  return null;
}
