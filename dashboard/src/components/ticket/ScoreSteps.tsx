import { cx } from "@/components/cx";
import { formatScore } from "@/format/number";
import styles from "./ScoreSteps.module.css";
import { bounds, type Step, signed, steps, type Term } from "./terms";

/** S above which tickets are alerted. Source: ALERT_THRESHOLD, domain/urgency.py. */
const ALERTED_ABOVE = 0.8;

/** The terms of S as bars, each from where the one before ended, so that one sees them add up. */
export function ScoreSteps({ terms, score }: { terms: readonly Term[]; score: number }) {
  const all = steps(terms);
  const range = bounds(all);
  return (
    <div className={styles.steps}>
      <ul>
        {all.map((step) => (
          <li key={step.term} className={styles.row}>
            <span className={styles.label} title={step.hint}>
              {step.label}
            </span>
            <span className={styles.value}>{signed(step.value)}</span>
            <StepBar step={step} range={range} />
          </li>
        ))}
      </ul>
      <p className={cx(styles.row, styles.sum)}>
        <span className={styles.label}>Urgency S</span>
        <span className={styles.value}>{formatScore(score)}</span>
        <span className={styles.track}>
          <span
            className={styles.whole}
            style={{ left: `${at(range, 0)}%`, width: `${at(range, score) - at(range, 0)}%` }}
          />
          <span className={styles.threshold} style={{ left: `${at(range, ALERTED_ABOVE)}%` }} />
        </span>
      </p>
      <p className={styles.row}>
        <span className={styles.axis}>
          <span style={{ left: `${at(range, 0)}%` }}>0</span>
          <span style={{ left: `${at(range, ALERTED_ABOVE)}%` }}>alerted above {formatScore(ALERTED_ABOVE)}</span>
        </span>
      </p>
    </div>
  );
}

function StepBar({ step, range }: { step: Step; range: readonly [number, number] }) {
  const left = at(range, Math.min(step.from, step.to));
  const right = at(range, Math.max(step.from, step.to));
  return (
    <span className={styles.track}>
      {step.value !== 0 && (
        <span
          className={cx(styles.bar, step.value < 0 ? styles.down : styles.up)}
          style={{ left: `${left}%`, width: `${right - left}%` }}
        />
      )}
      <span className={styles.threshold} style={{ left: `${at(range, ALERTED_ABOVE)}%` }} />
    </span>
  );
}

/** Percent from the left. */
function at([low, high]: readonly [number, number], value: number): number {
  return (100 * (value - low)) / (high - low);
}
