import { useWindowVirtualizer } from "@tanstack/react-virtual";
import {
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { useHotkeys } from "@/app/hotkeys";
import { formatCounted } from "@/format/number";
import styles from "./DataTable.module.css";
import { extend, type Selection, step, toggle, toggleAll } from "./rowKeys";
import { type Column, TableHead } from "./TableHead";
import { TableRow } from "./TableRow";
import { useHold } from "./useHold";
import { useMediaQuery } from "./useMediaQuery";

export type { Column } from "./TableHead";

type DataTableProps<T> = {
  /** Names the table for screen readers. */
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  idOf: (row: T) => string;
  /** What a row is called when it is selected: `Select Checkout returns 500`. */
  nameOf?: (row: T) => string;
  onOpen?: (row: T) => void;
  /** Told when j or k goes to a row, where what is beside the table follows. */
  onMove?: (row: T) => void;
  /** The id of the row that is open beside the table. */
  openId?: string | null;
  /** As the API writes it, e.g. `-urgency_score`. */
  sort?: string;
  onSort?: (sort: string) => void;
  selection?: Selection;
  onSelect?: (selection: Selection) => void;
  /** Told when somebody reads or works in the rows: then none may move. For `useLiveList`. */
  onHold?: (held: boolean) => void;
  /** What a row that waits to be shown is called, and more of them. */
  newcomer?: string;
  newcomers?: string;
  pending?: number;
  onShowPending?: () => void;
  hasMore?: boolean;
  onMore?: () => void;
  loadingMore?: boolean;
  /** The last try for more failed: the table does not ask again by itself. */
  moreFailed?: boolean;
  rowHeight?: number;
  /** The whole row in one cell, for narrow screens, where columns would have no room. */
  narrowCell?: (row: T) => ReactNode;
  narrowRowHeight?: number;
};

const INTERACTIVE = "a, button, input, label, select";

/** A table of any length: only the rows in sight are in the document. j and k move, Enter opens, x selects. */
export function DataTable<T>(props: DataTableProps<T>) {
  const { label, rows, idOf, onOpen, openId, selection, onSelect } = props;
  const narrow = useMediaQuery("(max-width: 639px)") && props.narrowCell !== undefined;
  const columns = useColumns(props, narrow);
  const rowHeight = narrow ? (props.narrowRowHeight ?? 64) : (props.rowHeight ?? 40);
  const body = useRef<HTMLTableSectionElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const margin = useOffsetTop(body);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: margin,
    getItemKey: (index) => idOf(rows[index] as T),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: sizes are kept until they are said to be others
  useEffect(() => virtual.measure(), [rowHeight, virtual]);
  const hold = useTellHold(margin, (selection?.ids.size ?? 0) > 0, props.onHold);
  useMore(virtual.range?.endIndex ?? 0, props);

  const order = rows.map(idOf);
  const place = active === null ? -1 : order.indexOf(active);
  const move = (by: number, extending = false) => {
    const next = step(place < 0 ? null : place, by, rows.length);
    const id = next === null ? undefined : order[next];
    if (next === null || id === undefined) return;
    setActive(id);
    props.onMove?.(rows[next] as T);
    virtual.scrollToIndex(next, { align: "auto" });
    if (extending && selection && onSelect)
      onSelect(extend(selection.anchor === null && active !== null ? toggle(selection, active) : selection, id, order));
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus());
  };
  const open = () => {
    const row = rows[place];
    if (row !== undefined) onOpen?.(row);
  };
  useHotkeys([
    { keys: "j", does: "Next row", run: () => move(1) },
    { keys: "k", does: "Previous row", run: () => move(-1) },
    ...(onOpen ? [{ keys: "Enter", does: "Open the row", run: open }] : []),
    ...(selection && onSelect
      ? [
          { keys: "x", does: "Select the row", run: () => active !== null && onSelect(toggle(selection, active)) },
          { keys: "Shift+J", does: "Extend the selection down", run: () => move(1, true) },
          { keys: "Shift+K", does: "Extend the selection up", run: () => move(-1, true) },
        ]
      : []),
  ]);

  const click = (event: MouseEvent, row: T) => {
    setActive(idOf(row));
    if (event.target instanceof Element && event.target.closest(INTERACTIVE)) return;
    if (event.shiftKey && selection && onSelect) onSelect(extend(selection, idOf(row), order));
    else onOpen?.(row);
  };

  // The same functions at each render, so that rows need not be rendered again.
  const latest = useRef({ click, selection, onSelect });
  latest.current = { click, selection, onSelect };
  const onClick = useCallback((event: MouseEvent, row: T) => latest.current.click(event, row), []);
  const onToggle = useCallback((id: string) => {
    if (latest.current.selection) latest.current.onSelect?.(toggle(latest.current.selection, id));
  }, []);

  const items = virtual.getVirtualItems();
  const before = (items[0]?.start ?? margin) - margin;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? margin) - margin);
  const selecting = selection !== undefined && onSelect !== undefined;
  return (
    <div className={styles.frame} {...hold}>
      <Pending {...props} />
      <table className={styles.table} aria-label={label} aria-rowcount={props.hasMore ? -1 : rows.length + 1}>
        <TableHead
          columns={columns}
          sort={props.sort}
          onSort={props.onSort}
          all={selecting && order.length > 0 && order.every((id) => selection.ids.has(id))}
          onAll={selecting ? () => onSelect(toggleAll(selection, order)) : undefined}
        />
        <tbody ref={body}>
          <Space height={before} />
          {items.map((item) => {
            const row = rows[item.index] as T;
            const id = idOf(row);
            return (
              <TableRow
                key={item.key}
                row={row}
                id={id}
                index={item.index}
                name={selecting ? (props.nameOf?.(row) ?? id) : null}
                columns={columns}
                height={rowHeight}
                selected={selection?.ids.has(id) ?? false}
                tabbable={id === active || (place < 0 && item.index === 0)}
                opens={onOpen !== undefined}
                open={id === openId}
                onFocus={setActive}
                onClick={onClick}
                onToggle={onToggle}
              />
            );
          })}
          <Space height={after} />
        </tbody>
      </table>
      {props.loadingMore && <p className={styles.more}>Loading more rows</p>}
    </div>
  );
}

/** The columns, or the one that holds all of a row on a narrow screen. */
function useColumns<T>({ label, columns, narrowCell }: DataTableProps<T>, narrow: boolean): readonly Column<T>[] {
  return useMemo(
    () => (narrow && narrowCell ? [{ key: "all", header: label, cell: narrowCell }] : columns),
    [narrow, narrowCell, columns, label],
  );
}

/** Stands for the rows that are out of sight. */
function Space({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row without tabIndex takes no focus
    <tr aria-hidden="true">
      <td className={styles.space} style={{ height }} />
    </tr>
  );
}

function Pending<T>({ pending = 0, onShowPending, newcomer = "new row", newcomers }: DataTableProps<T>) {
  const show = () => {
    onShowPending?.();
    window.scrollTo({ top: 0, behavior: "smooth" });
  };
  return (
    <div className={styles.pending} role="status">
      {pending > 0 && (
        <button type="button" className={styles.pill} onClick={show}>
          {formatCounted(pending, newcomer, newcomers)}
        </button>
      )}
    </div>
  );
}

/** How far an element is from the top of the document. */
function useOffsetTop(element: { current: HTMLElement | null }): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setTop(element.current ? element.current.getBoundingClientRect().top + window.scrollY : 0);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return top;
}

/** Tell when a person is at work in the rows: pointer or focus in them, scrolled into them, something selected. */
function useTellHold(margin: number, selected: boolean, onHold: ((held: boolean) => void) | undefined) {
  const { held: touched, hold } = useHold();
  const [scrolled, setScrolled] = useState(false);
  useEffect(() => {
    const follow = () => setScrolled(window.scrollY > margin / 2);
    follow();
    window.addEventListener("scroll", follow, { passive: true });
    return () => window.removeEventListener("scroll", follow);
  }, [margin]);
  const held = touched || scrolled || selected;
  useEffect(() => onHold?.(held), [held, onHold]);
  useEffect(() => () => onHold?.(false), [onHold]); // a table that is gone holds nothing back
  return hold;
}

/** Ask for the next page some rows before the end is in sight. */
function useMore<T>(end: number, { rows, hasMore, onMore, loadingMore, moreFailed }: DataTableProps<T>) {
  useEffect(() => {
    if (hasMore && !loadingMore && !moreFailed && end >= rows.length - 20) onMore?.();
  }, [end, rows.length, hasMore, loadingMore, moreFailed, onMore]);
}
