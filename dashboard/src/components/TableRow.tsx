import { type MouseEvent, memo } from "react";
import { cx } from "./cx";
import styles from "./DataTable.module.css";
import type { Column } from "./TableHead";

type TableRowProps<T> = {
  row: T;
  id: string;
  index: number;
  /** For the box that selects it; null where rows are not selected. */
  name: string | null;
  columns: readonly Column<T>[];
  height: number;
  selected: boolean;
  /** Whether Tab comes here: one row of the table has that. */
  tabbable: boolean;
  opens: boolean;
  open: boolean;
  onFocus: (id: string) => void;
  onClick: (event: MouseEvent, row: T) => void;
  onToggle: (id: string) => void;
};

function PlainTableRow<T>(props: TableRowProps<T>) {
  const { row, id, index, name, columns, selected } = props;
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      aria-selected={name === null ? undefined : selected}
      tabIndex={props.tabbable ? 0 : -1}
      className={cx(styles.row, props.opens && styles.opens, props.open && styles.open)}
      style={{ height: props.height }}
      onFocus={() => props.onFocus(id)}
      onClick={(event) => props.onClick(event, row)}
    >
      {name !== null && (
        <td className={styles.check}>
          <label>
            <span className="visually-hidden">Select {name}</span>
            <input type="checkbox" checked={selected} onChange={() => props.onToggle(id)} />
          </label>
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.key}
          className={cx(column.hideBelow && styles[`below${column.hideBelow}`], column.align === "end" && styles.end)}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

/** Rendered again only when something of it changes: scrolling costs the rows that come into sight, not those that stay. */
export const TableRow = memo(PlainTableRow) as typeof PlainTableRow;
