/** What S is made of, as steps that lead from nothing to S. */
import type { components } from "@/api/schema";

export type Term = components["schemas"]["TermResource"];
export type Step = { term: string; label: string; hint: string; value: number; from: number; to: number };

const WORDS: Record<string, readonly [label: string, hint: string]> = {
  base: ["Base", "What every ticket begins with"],
  model: ["Model", "The urgency that the model reads from the whole text, weighted"],
  sentiment: ["Negative mood", "Weighted probability of a negative mood; it counts little, urgency is about impact"],
  words: ["Urgent words", "The word list; it found no urgent word"],
  calibration: ["Calibration", "Moves the sum to what such sums have meant on labelled tickets"],
};

function named(term: string): readonly [label: string, hint: string] {
  if (term.startsWith("words: ")) return [`Words: ${term.slice(7)}`, "The word list, with what it found"];
  return WORDS[term] ?? [term, ""];
}

/** Each step begins where the one before ended; the last one ends at S. */
export function steps(terms: readonly Term[]): Step[] {
  let sum = 0;
  return terms.map(({ term, value }) => {
    const [label, hint] = named(term);
    const from = sum;
    sum += value;
    return { term, label, hint, value, from, to: sum };
  });
}

/** The part of the axis that all steps need: from 0 to 1, or beyond where a sum goes beyond. */
export function bounds(all: readonly Step[]): readonly [low: number, high: number] {
  const places = all.flatMap((step) => [step.from, step.to]);
  return [Math.min(0, ...places), Math.max(1, ...places)];
}

/** `+0.31`, `−0.03`, `0.00`; a sign also for whoever does not see colours. */
export function signed(value: number): string {
  const rounded = Math.abs(value).toFixed(2);
  if (Number(rounded) === 0) return "0.00";
  return `${value > 0 ? "+" : "−"}${rounded}`;
}
