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

/** `12 deliveries, 12 sent`: what the action told, without what its words say already. */
export function factWords({ facts }: Pick<Entry, "facts">): string {
  return Object.entries(facts)
    .filter(([name]) => name !== "dry_run")
    .map(([name, value]) => (typeof value === "number" ? `${value} ${name.replaceAll("_", " ")}` : value))
    .join(", ");
}

/** Where the target is shown, if it still is. */
export function targetHref({ action, target }: Pick<Entry, "action" | "target">): string | null {
  if (target === "") return null;
  if (action.includes("{incident_id}")) return `/incidents/${target}`;
  if (action.includes("{delivery_id}")) return `/deliveries?id=${encodeURIComponent(target)}`;
  if (action.includes("{destination_id}")) return `/deliveries?destination=${encodeURIComponent(target)}`;
  return null;
}
