import { describe, expect, it } from "vitest";
import type { Delivery } from "@/api/types";
import { makeTicket } from "./fakes";
import { compareTickets, deliveryMatches, ticketMatches } from "./lists";

describe("a ticket that came by itself", () => {
  const ticket = makeTicket({
    subject: "Checkout returns 500",
    urgency_score: 0.94,
    customer: "acme",
    channel: "mail",
    incident_id: "inc_1",
  });

  it.each([
    [{}, true],
    [{ status: "scored", category: "Technical", sentiment: "negative", customer: "acme" }, true],
    [{ status: "failed" }, false],
    [{ category: "Legal" }, false],
    [{ min_urgency: 0.94, max_urgency: 0.94 }, true],
    [{ min_urgency: 0.95 }, false],
    [{ max_urgency: 0.9 }, false],
    [{ q: "500 CHECKOUT" }, true],
    [{ q: "checkout 404" }, false],
    [{ band: "critical", channel: "mail", incident: "inc_1", needs_review: "false" }, true],
    [{ band: "high" }, false],
    [{ channel: "chat" }, false],
    [{ incident: "inc_2" }, false],
    [{ needs_review: "true" }, false],
    [{ since: "2026-11-21T22:00:00Z", until: "2026-11-21T22:00:01Z" }, true],
    [{ until: String(Date.parse("2026-11-21T22:00:00Z")) }, false],
  ] as const)("%j lets it in: %s", (filters, fits) => expect(ticketMatches(filters, ticket)).toBe(fits));

  it("has no place between limits of urgency before it is scored", () => {
    const unscored = makeTicket({ urgency_score: null, urgency_band: null });
    expect(ticketMatches({ min_urgency: 0 }, unscored)).toBe(false);
    expect(ticketMatches({ band: "low" }, unscored)).toBe(false);
    expect(ticketMatches({ sort: "-total_ms" }, unscored)).toBe(false);
  });
});

describe("a delivery that came by itself", () => {
  const delivery = {
    status: "exhausted",
    destination: "ops",
    category: "Billing",
    updated_at: "2026-11-21T22:00:00Z",
  } as Delivery;

  it.each([
    [{ status: "exhausted", destination: "ops", category: "Billing" }, true],
    [{ status: "delivered" }, false],
    [{ destination: "oncall" }, false],
    [{ category: "Legal" }, false],
    [{ since: "2026-11-21T22:00:00Z", until: "2026-11-21T22:00:01Z" }, true],
    [{ since: "2026-11-21T22:00:01Z" }, false],
    [{ until: String(Date.parse("2026-11-21T22:00:00Z")) }, false],
  ] as const)("%j lets it in: %s", (filters, fits) => expect(deliveryMatches(filters, delivery)).toBe(fits));
});

describe("the order", () => {
  const early = makeTicket({ ticket_id: "early", accepted_at: "2026-11-21T22:00:00Z", urgency_score: 0.9 });
  const late = makeTicket({ ticket_id: "late", accepted_at: "2026-11-21T23:00:00Z", urgency_score: 0.2 });
  const again = makeTicket({ ticket_id: "again", accepted_at: "2026-11-21T23:30:00Z", urgency_score: 0.9 });
  const unscored = makeTicket({ ticket_id: "unscored", accepted_at: "2026-11-21T23:59:00Z", urgency_score: null });

  it.each([
    ["-accepted_at", ["unscored", "again", "late", "early"]],
    ["accepted_at", ["early", "late", "again", "unscored"]],
    ["-urgency_score", ["again", "early", "late", "unscored"]],
    ["urgency_score", ["late", "early", "again", "unscored"]],
  ] as const)("%s", (sort, ids) => {
    const rows = [late, unscored, early, again].sort((a, b) => compareTickets(sort, a, b));
    expect(rows.map((row) => row.ticket_id)).toEqual(ids);
  });

  it("is total and has the latency in it: the API's pages and what comes by itself agree on each pair", () => {
    const timed = (id: string, total_ms: number) =>
      makeTicket({ ticket_id: id, timings: { queue_ms: 1, scoring_ms: 1, dispatch_ms: null, total_ms } });
    const rows = [timed("a", 90), timed("b", 90), timed("c", 1000)];
    const ids = (sort: "-total_ms" | "total_ms") =>
      [...rows].sort((a, b) => compareTickets(sort, a, b)).map((row) => row.ticket_id);
    expect([ids("-total_ms"), ids("total_ms")]).toEqual([
      ["c", "b", "a"],
      ["a", "b", "c"],
    ]);
  });
});
