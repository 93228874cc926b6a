import { expect, it } from "vitest";
import { makeTicket } from "@/live/fakes";
import { toCsv } from "./csv";

it("writes one line a ticket, and lets no cell be a formula or end its line", () => {
  const csv = toCsv([
    makeTicket({ ticket_id: "T-1" }),
    makeTicket({ ticket_id: "T-2", category: '=cmd|"x",1', urgency_score: null, urgency_band: null }),
  ]);
  expect(csv.split("\r\n")).toEqual([
    "ticket_id,urgency_score,urgency_band,category,status,accepted_at",
    "T-1,0.94,critical,Technical,scored,2026-11-21T22:00:00.000Z",
    `T-2,,,"'=cmd|""x"",1",scored,2026-11-21T22:00:00.000Z`,
    "",
  ]);
});
