import { describe, expect, it } from "vitest";
import type { TicketDetail } from "@/api/types";
import { isOver, nextLookMs, stepsOf } from "./progress";

function ticket(status: TicketDetail["status"], ...alerts: TicketDetail["alerts"][number]["status"][]): TicketDetail {
  return { status, alerts: alerts.map((it) => ({ destination: it, status: it })) } as TicketDetail;
}

describe("a ticket that is followed", () => {
  it.each([
    ["not read yet", undefined, "now waiting waiting"],
    ["accepted", ticket("accepted"), "now waiting waiting"],
    ["scored, alert under way", ticket("scored", "delivered", "pending"), "done done now"],
    ["scored, all delivered", ticket("scored", "delivered", "suppressed"), "done done done"],
    ["scored, one given up", ticket("scored", "delivered", "exhausted"), "done done failed"],
    ["scored, not urgent", ticket("scored"), "done done done"],
    ["failed", ticket("failed"), "done failed waiting"],
  ])("%s", (_, it, steps) => expect(Object.values(stepsOf(it)).join(" ")).toBe(steps));

  it("is asked for until nothing more will happen, less often after ten seconds", () => {
    expect(nextLookMs(undefined, null, 0)).toBe(400);
    expect(nextLookMs(ticket("scored", "pending"), null, 11_000)).toBe(5000);
    expect(nextLookMs(ticket("scored", "delivered"), null, 0)).toBe(false);
    expect(isOver(ticket("failed"))).toBe(true);
  });

  it("is asked for no more once it is deleted, and again after another refusal", () => {
    expect(nextLookMs(ticket("accepted"), { status: 404 }, 0)).toBe(false);
    expect(nextLookMs(ticket("accepted"), { status: 503 }, 0)).toBe(400);
  });
});
