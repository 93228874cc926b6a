import { describe, expect, it } from "vitest";
import { agreements, type Feedback, falseAlarms } from "./agreement";

const SAID = { category: "Technical", urgency_score: 0.9, sentiment: "neutral", model_version: "1" };

function row(over: Partial<Feedback>): Feedback {
  return {
    id: "fb_1",
    ticket_id: "t-1",
    at: "2026-11-21T22:00:00.000Z",
    key_id: "k",
    key_name: "",
    category: null,
    urgency: null,
    sentiment: null,
    note: "",
    said: SAID,
    ...over,
  };
}

const shares = (...rows: Feedback[]) => agreements(rows).map(({ agreed, of }) => [agreed, of]);

describe("agreement", () => {
  it("counts only what was spoken of", () =>
    expect(shares(row({ category: "Technical" }), row({ category: "Billing", sentiment: "neutral" }))).toEqual([
      [1, 2],
      [0, 0],
      [1, 1],
    ]));

  it("takes the nearest level for S", () => {
    expect(shares(row({ urgency: 1 }))[1]).toEqual([1, 1]);
    expect(shares(row({ urgency: 0.75 }))[1]).toEqual([0, 1]);
  });

  it("says nothing of a ticket without a score", () =>
    expect(shares(row({ category: "Billing", urgency: 1, said: null }))).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]));
});

it("counts each ticket once that was alerted for nothing", () => {
  const rows = [row({ urgency: 0.25 }), row({ urgency: 0.5 }), row({ ticket_id: "t-2", urgency: 0.75 })];
  expect(falseAlarms(rows, 0.8)).toBe(1);
  expect(falseAlarms(rows, 0.9)).toBe(0);
});
