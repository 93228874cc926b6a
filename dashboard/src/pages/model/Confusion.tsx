import type { CSSProperties } from "react";
import { cx } from "@/components/cx";
import { formatCount, formatShare } from "@/format/number";
import styles from "./Confusion.module.css";

type Props = { title: string; labels: readonly string[]; counts: readonly (readonly number[])[] };

/** Labels in rows, verdicts in columns, shaded by the share of the row: rare labels are as visible as frequent ones. */
export function Confusion({ title, labels, counts }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: on a phone it scrolls, and the keyboard has to reach it
    <section className={styles.scroll} tabIndex={0} aria-label={title}>
      <table className={styles.table}>
        <caption className={styles.caption}>{title}</caption>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, place) => {
            const of = Math.max(
              1,
              row.reduce((sum, count) => sum + count, 0),
            );
            return (
              <tr key={labels[place] ?? place}>
                <th scope="row">{labels[place] ?? place}</th>
                {row.map((count, verdict) => (
                  <td
                    key={labels[verdict] ?? verdict}
                    className={cx(styles.cell, count / of > 0.5 && styles.most)}
                    style={{ "--share": `${Math.round((count / of) * 100)}%` } as CellStyle}
                    title={`${formatShare(count / of)} of ${labels[place]}`}
                  >
                    {formatCount(count)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

type CellStyle = CSSProperties & { "--share": string };
