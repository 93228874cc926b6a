import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx";
import styles from "./DataTable.module.css";
import { nextSort } from "./rowKeys";

export type Column<T> = {
  key: string;
  header: string;
  /** What the heading means, where a word is not enough. */
  hint?: string;
  cell: (row: T) => ReactNode;
  /** Fixed width in px; columns without one share what is left. */
  width?: number;
  /** Figures stand at the end. */
  align?: "start" | "end";
  /** Left out on screens that are narrower, in px. */
  hideBelow?: 640 | 1024 | 1440 | 1680;
  /** The API's name for the order by this column. */
  sortKey?: string;
};

type TableHeadProps<T> = {
  columns: readonly Column<T>[];
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
  all: boolean;
  onAll: (() => void) | undefined;
};

export function TableHead<T>({ columns, sort, onSort, all, onAll }: TableHeadProps<T>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {onAll && (
          <th className={styles.check} scope="col">
            <label>
              <span className="visually-hidden">Select all rows</span>
              <input type="checkbox" checked={all} onChange={onAll} />
            </label>
          </th>
        )}
        {columns.map((column) => (
          <th
            key={column.key}
            scope="col"
            className={cx(column.hideBelow && styles[`below${column.hideBelow}`], column.align === "end" && styles.end)}
            style={column.width === undefined ? undefined : { width: column.width }}
            aria-sort={ariaSort(column.sortKey, sort)}
            title={column.hint}
          >
            {column.sortKey && onSort ? (
              <SortButton header={column.header} sortKey={column.sortKey} sort={sort} onSort={onSort} />
            ) : (
              column.header
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function ariaSort(key: string | undefined, sort: string | undefined) {
  if (key === undefined) return undefined;
  if (sort === key) return "ascending";
  return sort === `-${key}` ? "descending" : "none";
}

type SortButtonProps = {
  header: string;
  sortKey: string;
  sort: string | undefined;
  onSort: (sort: string) => void;
};

function SortButton({ header, sortKey, sort, onSort }: SortButtonProps) {
  const Arrow = sort === sortKey ? ArrowUp : ArrowDown;
  const sorted = sort === sortKey || sort === `-${sortKey}`;
  return (
    <button type="button" className={styles.sort} onClick={() => onSort(nextSort(sort, sortKey))}>
      {header}
      <Arrow size={12} className={sorted ? undefined : styles.unsorted} aria-hidden />
    </button>
  );
}
