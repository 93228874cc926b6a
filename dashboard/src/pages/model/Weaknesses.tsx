import type { ReactNode } from "react";
import { Card } from "@/components/Card";
import { formatCounted, formatShare } from "@/format/number";
import { type Evaluation, languageName, mistakes, OWN_SET, weakParts } from "./card";
import styles from "./Weaknesses.module.css";

/** Where it is wrong, in sentences made of the figures. */
export function Weaknesses({ evaluation, categories }: { evaluation: Evaluation; categories: readonly string[] }) {
  const own = evaluation.sets[OWN_SET]?.bundle;
  const recall = own?.figures.alert_recall ?? null;
  const precision = own?.figures.alert_precision ?? null;
  const nearly = own?.figures.alert_precision_075 ?? null;
  const [worst, second] = mistakes(evaluation.confusion.category, categories);
  const languages = weakParts(evaluation.slices.language, recall).slice(0, 3);
  const lengths = weakParts(evaluation.slices.length, recall).slice(0, 1);
  const [low, high] = own?.intervals.alert_recall ?? [];
  const found =
    low === undefined || high === undefined
      ? ""
      : ` (95 % interval: ${formatShare(1 - high)} to ${formatShare(1 - low)})`;
  return (
    <Card title="Where it is wrong" note={<code>{OWN_SET}</code>}>
      <ul className={styles.list}>
        {recall !== null && (
          <Point figure={formatShare(1 - recall)}>
            of the severe tickets get S of 0.8 or less, and nobody is alerted
            {found}.
          </Point>
        )}
        {precision !== null && nearly !== null && (
          <Point figure={formatShare(1 - precision)}>
            of the alerts are less than severe; {formatShare(1 - nearly)} are not even a blocked customer or a near
            deadline.
          </Point>
        )}
        {languages.length > 0 && (
          <Point figure={formatShare(languages[0]?.recall ?? 0)}>
            of the emergencies are found in {languages.map(inLanguage).join(", ")}. It was trained on few tickets that
            are not English.
          </Point>
        )}
        {lengths[0] && (
          <Point figure={formatShare(lengths[0].recall)}>of the emergencies of {lengths[0].name} are found.</Point>
        )}
        {worst && second && (
          <Point figure={formatShare(worst.count / worst.of)}>
            of {worst.label} is taken for {worst.verdict}, {formatShare(second.count / second.of)} of {second.label} for{" "}
            {second.verdict}.
          </Point>
        )}
      </ul>
    </Card>
  );
}

function inLanguage({ name, recall, n }: { name: string; recall: number; n: number }, place: number): string {
  const share = place === 0 ? "" : `${formatShare(recall)} in `;
  return `${share}${languageName(name)} (${formatCounted(n, "ticket")})`;
}

function Point({ figure, children }: { figure: string; children: ReactNode }) {
  return (
    <li className={styles.point}>
      <strong className={styles.figure}>{figure}</strong>
      <span>{children}</span>
    </li>
  );
}
