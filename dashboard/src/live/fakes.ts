/** Resources as the API sends them, for tests. */
import type { Changes, Ticket } from "@/api/types";

export function makeTicket(over: Partial<Ticket> = {}): Ticket {
  return {
    ticket_id: "t-1",
    status: "scored",
    subject: "Checkout returns 500",
    description: "Nobody can pay.",
    customer: "",
    channel: "",
    category: "Technical",
    category_confidence: 0.97,
    needs_review: false,
    urgency_score: 0.94,
    urgency_band: "critical",
    sentiment: "negative",
    sentiment_score: -0.6,
    lane: "express",
    accepted_at: "2026-11-21T22:00:00.000Z",
    scored_at: "2026-11-21T22:00:00.080Z",
    timings: { queue_ms: 60, scoring_ms: 19, dispatch_ms: 1, total_ms: 80 },
    latency_ms: 80,
    cold_start: false,
    attempts: 1,
    model_version: "1",
    degraded: false,
    incident_id: null,
    alerts: [],
    webhook_triggered: false,
    failure: null,
    ...over,
  };
}

export function makeChanges(over: Partial<Changes> = {}): Changes {
  return {
    as_of: new Date().toISOString(),
    tickets: [],
    removed: [],
    incidents: [],
    deliveries: [],
    summary: {
      accepted_per_min: 0,
      in_flight: 0,
      oldest_wait_ms: null,
      urgent_1h: 0,
      total_p95_ms: null,
      delivered_1h: 0,
      exhausted_1h: 0,
      pending_deliveries: 0,
      dead_letters: 0,
      open_incidents: 0,
    },
    health: { status: "ok", store: "ok", queues: "ok", model: "ok", destinations: [] },
    cursor: "c",
    more: false,
    poll_after_ms: 5000,
    ...over,
  };
}
