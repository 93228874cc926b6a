import type { ReactNode } from "react";
import styles from "./Stacked.module.css";

/** Two lines in one cell, for tables on a phone: what it is, and below it what else there is to say. */
export function Stacked({ children, below }: { children: ReactNode; below: ReactNode }) {
  return (
    <span className={styles.stacked}>
      <span className={styles.line}>{children}</span>
      <span className={styles.below}>{below}</span>
    </span>
  );
}
