import type { ReactNode } from "react";
import { Link } from "wouter";
import { cx } from "./cx";
import styles from "./KpiTile.module.css";
import type { Tone } from "./StatusWord";

type KpiTileProps = {
  label: string;
  /** The figure, without its unit; null while nobody knows it. */
  value: string | null;
  unit?: string;
  /** A few words below: what it is compared with. */
  note?: ReactNode;
  /** The list behind the figure. */
  href: string;
  tone?: Tone;
  /** A small chart, e.g. a Sparkline. */
  chart?: ReactNode;
};

/** One figure of the page, which leads to what it counts. */
export function KpiTile({ label, value, unit, note, href, tone = "neutral", chart }: KpiTileProps) {
  return (
    <Link href={href} className={cx(styles.tile, styles[tone])}>
      <span className={styles.label}>{label}</span>
      <span className={styles.figure}>
        {value ?? "–"}
        {unit && value !== null && <span className={styles.unit}> {unit}</span>}
      </span>
      <span className={styles.note}>{note}</span>
      {chart && <span className={styles.chart}>{chart}</span>}
    </Link>
  );
}
