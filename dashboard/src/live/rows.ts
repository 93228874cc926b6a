/** How changes reach a list that somebody is reading. */

export type ListRules<T> = {
  idOf: (row: T) => string;
  /** Whether the list's filters let it in. */
  matches: (row: T) => boolean;
  /** The list's order: negative if the first comes first. */
  compare: (a: T, b: T) => number;
};

/** Put new values into rows that are shown already. No row moves, comes or goes; the same array if nothing changed. */
export function updateInPlace<T>(rows: readonly T[], changed: readonly T[], idOf: (row: T) => string): readonly T[] {
  const news = new Map(changed.map((row) => [idOf(row), row]));
  if (!rows.some((row) => news.has(idOf(row)))) return rows;
  return rows.map((row) => news.get(idOf(row)) ?? row);
}

/** What comes after the last row of an incomplete list waits for its page. */
function fits<T>(rows: readonly T[], row: T, rules: ListRules<T>, complete: boolean): boolean {
  const last = rows.at(-1);
  return complete || last === undefined || rules.compare(row, last) <= 0;
}

/** Those of the changed rows that the list would show, but does not yet. */
export function newcomers<T>(rows: readonly T[], changed: readonly T[], rules: ListRules<T>, complete: boolean): T[] {
  const shown = new Set(rows.map(rules.idOf));
  return changed.filter((row) => !shown.has(rules.idOf(row)) && rules.matches(row) && fits(rows, row, rules, complete));
}

/**
 * Let everything take its place: newcomers come, what the filters no longer let in goes, the order is right again.
 *
 * @param complete whether `rows` reaches the end of the list.
 */
export function settle<T>(
  rows: readonly T[],
  pending: readonly T[],
  gone: ReadonlySet<string>,
  rules: ListRules<T>,
  complete: boolean,
): T[] {
  const all = new Map(rows.map((row) => [rules.idOf(row), row]));
  for (const row of pending)
    if (all.has(rules.idOf(row)) || fits(rows, row, rules, complete)) all.set(rules.idOf(row), row);
  return [...all.values()].filter((row) => !gone.has(rules.idOf(row)) && rules.matches(row)).sort(rules.compare);
}
