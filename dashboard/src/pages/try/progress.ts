/** How far a ticket that was posted here has come. */
import type { ApiError } from "@/api/problem";
import type { TicketDetail } from "@/api/types";

/** Whether nothing more will happen to it by itself. */
export function isOver(ticket: TicketDetail): boolean {
  if (ticket.status === "failed") return true;
  return ticket.status === "scored" && ticket.alerts.every(({ status }) => status !== "pending");
}

/** A ticket that cannot be found has been deleted: it was accepted before. */
const GONE = 404;

/** Ask often at first, since most tickets take a fraction of a second; then as the whole page does. */
export function nextLookMs(
  ticket: TicketDetail | undefined,
  refusal: Pick<ApiError, "status"> | null,
  sinceMs: number,
): number | false {
  if (isGone(refusal) || (ticket && isOver(ticket))) return false;
  return sinceMs < 10_000 ? 400 : 5000;
}

export function isGone(refusal: Pick<ApiError, "status"> | null): boolean {
  return refusal?.status === GONE;
}

export type StepState = "done" | "now" | "waiting" | "failed";
export type Step = { name: string; state: StepState };

/** The three stages after the 202. */
export function stepsOf(ticket: TicketDetail | undefined): Record<"queue" | "scoring" | "alerts", StepState> {
  if (!ticket || ticket.status === "accepted") return { queue: "now", scoring: "waiting", alerts: "waiting" };
  if (ticket.status === "failed") return { queue: "done", scoring: "failed", alerts: "waiting" };
  if (ticket.alerts.some(({ status }) => status === "pending"))
    return { queue: "done", scoring: "done", alerts: "now" };
  const lost = ticket.alerts.some(({ status }) => status === "exhausted");
  return { queue: "done", scoring: "done", alerts: lost ? "failed" : "done" };
}
