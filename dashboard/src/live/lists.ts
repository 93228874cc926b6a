/** The lists of the API that are kept live. */
import { api, read } from "@/api/client";
import { keys } from "@/api/queries";
import type { paths } from "@/api/schema";
import type { Delivery, Incident, Ticket } from "@/api/types";
import { type LiveList, useLiveList } from "./useLiveList";

type QueryOf<P extends "/tickets" | "/deliveries" | "/incidents"> = NonNullable<paths[P]["get"]["parameters"]["query"]>;
export type TicketFilters = Omit<QueryOf<"/tickets">, "cursor" | "limit">;
export type DeliveryFilters = Omit<QueryOf<"/deliveries">, "cursor" | "limit">;
export type IncidentFilters = Omit<QueryOf<"/incidents">, "cursor" | "limit">;

const PAGE = 100;
const after = (cursor: string | null) => (cursor === null ? {} : { cursor });

/** Times of the API as Unix milliseconds, ISO 8601 or nothing. */
function millis(time: string | undefined): number | null {
  if (!time) return null;
  return /^\d+$/.test(time) ? Number(time) : Date.parse(time);
}

/** Whether a time lies in what the API calls `since` (at or after) and `until` (before). */
function within({ since, until }: { since?: string; until?: string }, time: string): boolean {
  const ms = Date.parse(time);
  return ms >= (millis(since) ?? Number.NEGATIVE_INFINITY) && ms < (millis(until) ?? Number.POSITIVE_INFINITY);
}

const EQUAL = ["status", "category", "sentiment", "customer", "channel"] as const;

/** The API's filters, for a ticket that came by itself. Source: `GET /tickets` in docs/openapi.json. */
export function ticketMatches(filters: TicketFilters, ticket: Ticket): boolean {
  const text = `${ticket.subject} ${ticket.description}`.toLowerCase();
  const words = filters.q?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  const bounded = filters.band || filters.min_urgency !== undefined || filters.max_urgency !== undefined;
  const scored = ticket.urgency_score !== null;
  if (!scored && (bounded || filters.sort?.endsWith("total_ms"))) return false; // it comes again when it is scored
  const score = ticket.urgency_score ?? 0;
  return (
    EQUAL.every((name) => !filters[name] || ticket[name] === filters[name]) &&
    (!filters.band || ticket.urgency_band === filters.band) &&
    (!filters.incident || ticket.incident_id === filters.incident) &&
    (!filters.needs_review || String(ticket.needs_review) === filters.needs_review) &&
    score >= (filters.min_urgency ?? 0) &&
    score <= (filters.max_urgency ?? 1) &&
    within(filters, ticket.accepted_at) &&
    words.every((word) => text.includes(word))
  );
}

/** The same for a delivery. Source: `GET /deliveries` in docs/openapi.json. */
export function deliveryMatches(filters: DeliveryFilters, delivery: Delivery): boolean {
  return (
    (!filters.status || delivery.status === filters.status) &&
    (!filters.destination || delivery.destination === filters.destination) &&
    (!filters.category || delivery.category === filters.category) &&
    within(filters, delivery.updated_at)
  );
}

/** What the API orders by; equal ones by time, and those of one time by id. Source: domain/listing.py. */
const RANKS = {
  accepted_at: () => 0,
  urgency_score: (ticket: Ticket) => ticket.urgency_score,
  total_ms: (ticket: Ticket) => ticket.timings.total_ms,
};

/** The API's order. A ticket without a score comes after those that have one. */
export function compareTickets(sort: TicketFilters["sort"], a: Ticket, b: Ticket): number {
  const order = sort ?? "-accepted_at";
  const sign = order.startsWith("-") ? -1 : 1;
  const rank = RANKS[order.replace("-", "") as keyof typeof RANKS];
  const [first, second] = [rank(a), rank(b)];
  const without = Number(first === null) - Number(second === null);
  const byTime = Date.parse(a.accepted_at) - Date.parse(b.accepted_at) || (a.ticket_id < b.ticket_id ? -1 : 1);
  return without || sign * ((first ?? 0) - (second ?? 0) || byTime);
}

/** What only the page can tell, as the API has no filter for it; `name` makes it part of the list's name. */
export type OwnFilter = { name: string; keeps: (ticket: Ticket) => boolean };
const ANY: OwnFilter = { name: "", keeps: () => true };

/** A page of the list may be short, or empty, and still have a next one. */
export function useTicketList(filters: TicketFilters, held: boolean, own: OwnFilter = ANY): LiveList<Ticket> {
  return useLiveList<Ticket>({
    queryKey: keys.tickets(filters, own.name),
    held,
    async load(cursor, signal) {
      const query = { ...filters, limit: PAGE, ...after(cursor) };
      const page = await read(api.GET("/tickets", { params: { query }, signal }));
      return { rows: page.tickets.filter(own.keeps), cursor: page.cursor };
    },
    changed: ({ tickets, removed }) => ({ rows: tickets, gone: removed }),
    idOf: (ticket) => ticket.ticket_id,
    matches: (ticket) => ticketMatches(filters, ticket) && own.keeps(ticket),
    compare: (a, b) => compareTickets(filters.sort, a, b),
  });
}

export function useDeliveryList(filters: DeliveryFilters, held: boolean): LiveList<Delivery> {
  return useLiveList<Delivery>({
    queryKey: keys.deliveries(filters),
    held,
    async load(cursor, signal) {
      const query = { ...filters, limit: PAGE, ...after(cursor) };
      const page = await read(api.GET("/deliveries", { params: { query }, signal }));
      return { rows: page.deliveries, cursor: page.cursor };
    },
    changed: ({ deliveries }) => ({ rows: deliveries }),
    idOf: (delivery) => delivery.id,
    matches: (delivery) => deliveryMatches(filters, delivery),
    compare: (a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at),
  });
}

export function useIncidentList(filters: IncidentFilters, held: boolean): LiveList<Incident> {
  return useLiveList<Incident>({
    queryKey: keys.incidents(filters),
    held,
    async load(cursor, signal) {
      const query = { ...filters, limit: PAGE, ...after(cursor) };
      const page = await read(api.GET("/incidents", { params: { query }, signal }));
      return { rows: page.incidents, cursor: page.cursor };
    },
    changed: ({ incidents }) => ({ rows: incidents }),
    idOf: (incident) => incident.incident_id,
    matches: (incident) => !filters.status || incident.status === filters.status,
    compare: (a, b) => Date.parse(b.last_seen) - Date.parse(a.last_seen),
  });
}
