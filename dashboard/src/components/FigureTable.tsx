import type { ReactNode } from "react";
import { cx } from "./cx";
import styles from "./FigureTable.module.css";

type FigureTableProps = {
  label: string;
  /** Of the first column, which names the rows, and of the figures after it. */
  head: readonly ReactNode[];
  className?: string | undefined;
  /** Rows, each with a `<th scope="row">` first. */
  children: ReactNode;
};

/** A table of figures, aligned at their end; where it is too wide or too long it scrolls in its own place. */
export function FigureTable({ label, head, className, children }: FigureTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it
    <section className={cx(styles.scroll, className)} tabIndex={0} aria-label={label}>
      <table className={styles.table}>
        <thead>
          <tr>
            {head.map((title, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
              <th key={place} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
