/** A router in memory behind `fetch`, for tests: tickets, changes by cursor, keys with scopes. */
import { makeChanges } from "@/live/fakes";
import type { Ticket } from "./types";

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });

export class FakeRouter {
  /** Key to scopes. */
  readonly keys = new Map([["good", ["read", "submit", "operate"]]]);
  readonly asked: string[] = [];
  /** Cursors before this one have expired. */
  oldest = 0;
  private tickets: Ticket[] = [];
  private readonly log: string[] = [];

  /** Store a ticket, new or changed. */
  put(ticket: Ticket): void {
    this.tickets = [...this.tickets.filter((each) => each.ticket_id !== ticket.ticket_id), ticket];
    this.log.push(ticket.ticket_id);
  }

  remove(id: string): void {
    this.tickets = this.tickets.filter((each) => each.ticket_id !== id);
    this.log.push(id);
  }

  readonly fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const request = input as Request;
    const url = new URL(request.url);
    this.asked.push(`${request.method} ${url.pathname}`);
    const scopes = this.keys.get(request.headers.get("Authorization")?.replace("Bearer ", "") ?? "");
    const needed = /^\/deliveries\/./.test(url.pathname) ? "operate" : "read";
    if (!scopes?.includes(needed)) return json({ message: "Forbidden" }, 403);
    if (url.pathname === "/tickets") return json({ tickets: this.tickets, cursor: null });
    if (url.pathname === "/stats") return json({});
    if (url.pathname === "/key") return json({ key_id: "k", name: "", scopes });
    if (url.pathname === "/changes") return this.changes(url.searchParams.get("since"), request);
    return json({ type: "", title: "Not found", status: 404, code: "not-found", detail: "nothing" }, 404);
  };

  private changes(since: string | null, request: Request): Response {
    const from = since === null ? this.log.length : Number(since);
    if (from < this.oldest)
      return json({ type: "", title: "Gone", status: 410, code: "cursor-expired", detail: "start again" }, 410);
    const cursor = String(this.log.length);
    const etag = `"${since}-${cursor}"`;
    if (since === cursor && request.headers.get("If-None-Match") === etag) return new Response(null, { status: 304 });
    const ids = new Set(this.log.slice(from));
    const tickets = this.tickets.filter((ticket) => ids.has(ticket.ticket_id));
    const removed = [...ids].filter((id) => !tickets.some((ticket) => ticket.ticket_id === id));
    return json(makeChanges({ tickets, removed, cursor, poll_after_ms: 3_600_000 }), 200, { ETag: etag });
  }
}
