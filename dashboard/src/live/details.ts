/** What the listeners of the changes do not hold up to date: to be fetched again, now or when it is shown again. */
import type { QueryClient } from "@tanstack/react-query";
import { keys } from "@/api/queries";
import type { Changes } from "@/api/types";

/** Figures are sums over a window: a change of a ticket makes them old, but not worth a request each time. */
const STATS_EVERY_MS = 10_000;

export function refreshDetails(cache: QueryClient, changes: Changes): void {
  const old = [
    ...changes.tickets.map((ticket) => keys.ticket(ticket.ticket_id)),
    ...changes.removed.map((id) => keys.ticket(id)),
    ...changes.incidents.map((incident) => keys.incident(incident.incident_id)),
    ...changes.deliveries.flatMap((delivery) => [keys.delivery(delivery.id), keys.ticket(delivery.ticket_id)]),
  ];
  for (const queryKey of old) void cache.invalidateQueries({ queryKey });
  // A list that is not on the page hears of nothing: it must not come back as it was.
  const lists = [
    ...(changes.tickets.length + changes.removed.length > 0 ? [keys.tickets()] : []),
    ...(changes.incidents.length > 0 ? [keys.incidents()] : []),
    ...(changes.deliveries.length > 0 ? [keys.deliveries()] : []),
  ];
  for (const queryKey of lists) void cache.invalidateQueries({ queryKey, type: "inactive", refetchType: "none" });
  if (old.length > 0) {
    const due = Date.now() - STATS_EVERY_MS;
    void cache.invalidateQueries({ queryKey: keys.stats(), predicate: ({ state }) => state.dataUpdatedAt < due });
  }
  if (changes.deliveries.length > 0) void cache.invalidateQueries({ queryKey: keys.destinations() });
}
