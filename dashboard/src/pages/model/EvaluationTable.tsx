import { useState } from "react";
import { Card } from "@/components/Card";
import { FigureTable } from "@/components/FigureTable";
import { Segmented } from "@/components/Segmented";
import { Badge } from "@/components/StatusWord";
import { formatCount } from "@/format/number";
import { type Evaluation, FIGURES, formatFigure, SYSTEMS, type System } from "./card";
import styles from "./EvaluationTable.module.css";

/** How well the bundle and its baselines do on tickets that nothing was trained on. */
export function EvaluationTable({ evaluation }: { evaluation: Evaluation }) {
  const [system, setSystem] = useState<System>("bundle");
  return (
    <Card
      title="How good it is"
      note="on tickets that nothing was trained on, with 95 % intervals"
      actions={<Segmented label="System" value={system} options={SYSTEMS} onChange={setSystem} />}
    >
      <FigureTable label="Figures by set" head={["Set", "Tickets", ...FIGURES.map(({ title }) => title)]}>
        {Object.entries(evaluation.sets).map(([name, set]) => (
          <tr key={name}>
            <th scope="row" className={styles.name}>
              <code>{name}</code> {!set.in_domain && <Badge>Other source</Badge>}
            </th>
            <td>{formatCount(set[system].figures.n ?? 0)}</td>
            {FIGURES.map(({ key, upward }) => (
              <td key={key}>
                <Figure value={set[system].figures[key] ?? null} between={set[system].intervals[key]} upward={upward} />
              </td>
            ))}
          </tr>
        ))}
      </FigureTable>
      <p className={styles.words}>
        “Other source”: no ticket of that source was trained on. <code>other_hand</code> are the best guess at what your
        tickets will be like: their writers had seen the rubric and none of our tickets. Public sets have labels of
        their own, which in part contradict the rubric. 1 is best, but for the mean error, where 0 is. No interval: too
        few tickets for one. The model card, models/README.md, tells the rest.
      </p>
    </Card>
  );
}

type FigureProps = { value: number | null; between: readonly number[] | undefined; upward: boolean };

/** A figure, its interval in words, and both on a line from 0 to 1. */
function Figure({ value, between, upward }: FigureProps) {
  if (value === null) return <span className={styles.none}>–</span>;
  const [low, high] = between ?? [];
  const spans = low !== undefined && high !== undefined && low !== high;
  return (
    <span className={styles.figure}>
      <span>
        <strong>{formatFigure(value)}</strong>
        <span className={styles.between}>{spans && `${formatFigure(low)} to ${formatFigure(high)}`}</span>
      </span>
      {upward && (
        <svg viewBox="0 0 100 6" className={styles.range} preserveAspectRatio="none" aria-hidden="true">
          <path d="M0 3H100" className={styles.track} />
          {spans && <path d={`M${clamp(low)} 3H${clamp(high)}`} className={styles.interval} />}
          <path d={`M${clamp(value)} 0V6`} className={styles.mark} />
        </svg>
      )}
    </span>
  );
}

const clamp = (value: number) => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 10;
