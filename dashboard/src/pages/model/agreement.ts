/** How often people agree with the model, by what they said of its labels. */
import type { components } from "@/api/schema";

export type Feedback = components["schemas"]["FeedbackResource"];
export type Agreement = { label: "Category" | "Urgency" | "Sentiment"; agreed: number; of: number };

/** S and a level agree if no other level is nearer to S: levels are a quarter apart. */
const HALF_LEVEL = 0.125;

export function agreesOnUrgency(level: number, score: number): boolean {
  return Math.abs(level - score) <= HALF_LEVEL;
}

export function agreements(rows: readonly Feedback[]): Agreement[] {
  const tally = (label: Agreement["label"], judge: (row: Feedback) => boolean | null): Agreement => {
    const verdicts = rows.map(judge).filter((verdict) => verdict !== null);
    return { label, agreed: verdicts.filter(Boolean).length, of: verdicts.length };
  };
  return [
    tally("Category", ({ category, said }) => (category && said ? category === said.category : null)),
    tally("Urgency", ({ urgency, said }) =>
      urgency !== null && said ? agreesOnUrgency(urgency, said.urgency_score) : null,
    ),
    tally("Sentiment", ({ sentiment, said }) => (sentiment && said ? sentiment === said.sentiment : null)),
  ];
}

/** Alerts above a threshold of which somebody said that they were less than urgent (0.5 and below in the rubric). */
export function falseAlarms(rows: readonly Feedback[], threshold: number): number {
  return new Set(
    rows
      .filter(({ urgency, said }) => urgency !== null && urgency <= 0.5 && said && said.urgency_score > threshold)
      .map(({ ticket_id }) => ticket_id),
  ).size;
}
