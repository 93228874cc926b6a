import { FigureTable } from "@/components/FigureTable";
import { formatSpan } from "@/format/span";
import styles from "./StepTable.module.css";
import type { Step } from "./series";

export type Column = { title: string; value: (step: Step) => string };

type Props = { caption: string; steps: readonly Step[]; stepMs: number; columns: readonly Column[] };

/** The steps of a chart as rows, newest first. */
export function StepTable({ caption, steps, stepMs, columns }: Props) {
  return (
    <FigureTable
      label={`${caption} by step`}
      head={["Step", ...columns.map(({ title }) => title)]}
      className={styles.scroll}
    >
      {[...steps].reverse().map((step) => (
        <tr key={step.at}>
          <th scope="row">{formatSpan(step.at, step.at + stepMs)}</th>
          {columns.map(({ title, value }) => (
            <td key={title}>{value(step)}</td>
          ))}
        </tr>
      ))}
    </FigureTable>
  );
}
