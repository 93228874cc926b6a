import { formatAbsolute } from "@/format/time";
import styles from "./StepTable.module.css";
import type { Step } from "./series";

export type Column = { title: string; value: (step: Step) => string };

/** The steps of a chart as rows, newest first. */
export function StepTable({
  caption,
  steps,
  columns,
}: {
  caption: string;
  steps: readonly Step[];
  columns: readonly Column[];
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard has to reach it
    <section className={styles.scroll} tabIndex={0} aria-label={`${caption}, as a table`}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">From</th>
            {columns.map(({ title }) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...steps].reverse().map((step) => (
            <tr key={step.at}>
              <th scope="row">{formatAbsolute(step.at).replace(/:\d\d\.\d{3}/, "")}</th>
              {columns.map(({ title, value }) => (
                <td key={title}>{value(step)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
