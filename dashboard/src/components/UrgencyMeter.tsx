import type { Band } from "@/api/types";
import { BAND_WORDS, bandOf } from "@/format/band";
import { formatScore } from "@/format/number";
import { cx } from "./cx";
import styles from "./UrgencyMeter.module.css";

// Each band has a shape of its own: diamond, triangle, circle, bar.
const SHAPES: Record<Band, string> = {
  critical: "M6 .5 11.5 6 6 11.5.5 6z",
  high: "M6 1.5 11 10.5H1z",
  normal: "M6 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8z",
  low: "M2 5h8v2H2z",
};

export function BandShape({ band }: { band: Band }) {
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" className={cx(styles.shape, styles[band])} aria-hidden="true">
      <path d={SHAPES[band]} />
    </svg>
  );
}

type UrgencyMeterProps = {
  /** S; null until the ticket is scored. */
  score: number | null;
  band?: Band | null;
  /** Without the bar, for narrow places. */
  compact?: boolean;
};

/** S as number, bar and word. */
export function UrgencyMeter({ score, band, compact = false }: UrgencyMeterProps) {
  if (score === null) return <span className={styles.none}>Not scored</span>;
  const name = band ?? bandOf(score);
  return (
    <span className={styles.meter}>
      <BandShape band={name} />
      <span className={styles.score}>{formatScore(score)}</span>
      {!compact && (
        <span className={styles.track} aria-hidden="true">
          <span className={cx(styles.bar, styles[name])} style={{ width: `${score * 100}%` }} />
        </span>
      )}
      <span className={cx(styles.word, styles[name])}>{BAND_WORDS[name]}</span>
    </span>
  );
}
