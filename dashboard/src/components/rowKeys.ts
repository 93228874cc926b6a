/** Where the keyboard is in a table, and what is selected. */

export type Selection = {
  /** Ids of the selected rows. */
  ids: ReadonlySet<string>;
  /** From where shift extends. */
  anchor: string | null;
};

export const NOTHING: Selection = { ids: new Set(), anchor: null };

/** The next row to be active: the first one if none is; it stays within the table. */
export function step(active: number | null, by: number, count: number): number | null {
  if (count === 0) return null;
  if (active === null) return by > 0 ? 0 : count - 1;
  return Math.min(Math.max(active + by, 0), count - 1);
}

/** Select or deselect one row. */
export function toggle(selection: Selection, id: string): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

/** Select all from the anchor to a row, in the order of the table. */
export function extend(selection: Selection, id: string, order: readonly string[]): Selection {
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor);
  const to = order.indexOf(id);
  if (from < 0 || to < 0) return toggle(selection, id);
  const between = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: new Set([...selection.ids, ...between]), anchor: selection.anchor };
}

/** Select all, or none if all are. */
export function toggleAll(selection: Selection, order: readonly string[]): Selection {
  const all = order.length > 0 && order.every((id) => selection.ids.has(id));
  return all ? NOTHING : { ids: new Set(order), anchor: null };
}

/** The order as the API writes it: `-urgency_score` is the largest first. A column begins with that. */
export function nextSort(sort: string | undefined, key: string): string {
  return sort === `-${key}` ? key : `-${key}`;
}
