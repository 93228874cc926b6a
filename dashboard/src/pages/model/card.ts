/** What the model card's figures say, in numbers that can be shown. */
import type { Model } from "@/api/types";

export type Evaluation = NonNullable<Model["evaluation"]>;
export type Figures = Record<string, number | null>;
export type System = "bundle" | "tfidf" | "words";

export const SYSTEMS: readonly { value: System; label: string }[] = [
  { value: "bundle", label: "This bundle" },
  { value: "tfidf", label: "TF-IDF" },
  { value: "words", label: "Word list" },
];

/** The set that is parted by language and length, and counted in the confusion. Source: models/held_out.py. */
export const OWN_SET = "rubric_dev";

/** The figures of the tables, and whether they lie in [0, 1] with 1 the best. */
export const FIGURES = [
  { key: "category_macro_f1", title: "Category F1", upward: true },
  { key: "urgency_spearman", title: "Urgency, rank correlation", upward: true },
  { key: "urgency_auroc", title: "Urgency, AUROC ≥ .75", upward: true },
  { key: "urgency_mae", title: "Urgency, mean error", upward: false },
  { key: "sentiment_accuracy", title: "Sentiment, accuracy", upward: true },
] as const;

/** Fewer tickets say little. Source: LEAST_STEMS, models/held_out.py. */
export const FEW = 30;

export function formatFigure(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : value.toFixed(2);
}

export type Mistake = { label: string; verdict: string; count: number; of: number };

/** What is most often taken for something else, as a share of what it is. */
export function mistakes(counts: readonly (readonly number[])[], labels: readonly string[]): Mistake[] {
  const found = counts.flatMap((row, label) => {
    const of = row.reduce((sum, count) => sum + count, 0);
    return row.flatMap((count, verdict) =>
      label === verdict || count === 0
        ? []
        : [{ label: labels[label] ?? String(label), verdict: labels[verdict] ?? String(verdict), count, of }],
    );
  });
  return found.sort((a, b) => b.count / b.of - a.count / a.of);
}

const LANGUAGE_NAMES = new Intl.DisplayNames(["en"], { type: "language" });

export function languageName(code: string): string {
  return LANGUAGE_NAMES.of(code) ?? code;
}

/** Parts in which fewer emergencies are found than in the whole, the worst first. */
export function weakParts(
  parts: Record<string, Figures>,
  whole: number | null,
): { name: string; recall: number; n: number }[] {
  return Object.entries(parts)
    .flatMap(([name, { alert_recall: recall, n }]) => (typeof recall === "number" ? [{ name, recall, n: n ?? 0 }] : []))
    .filter(({ recall }) => whole !== null && recall < whole)
    .sort((a, b) => a.recall - b.recall);
}
