/** A list of the API, page by page, into which changes come without moving what somebody reads. */
import { type InfiniteData, type QueryKey, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ApiError } from "@/api/problem";
import type { Changes } from "@/api/types";
import { useChanges } from "./LiveProvider";
import { type ListRules, newcomers, settle, updateInPlace } from "./rows";

export type ListPage<T> = { rows: readonly T[]; cursor: string | null };

export type LiveListOptions<T> = ListRules<T> & {
  queryKey: QueryKey;
  load: (cursor: string | null, signal: AbortSignal) => Promise<ListPage<T>>;
  /** What of an answer belongs to this list. */
  changed: (changes: Changes) => { rows: readonly T[]; gone?: readonly string[] };
  /** While true (pointer or focus in the list, scrolled, something selected) no row comes, goes or moves. */
  held: boolean;
};

export type LiveList<T> = {
  rows: readonly T[];
  /** How many wait to be shown: the text of the "N new" pill. */
  pending: number;
  /** Let them in, whether held or not. */
  showPending: () => void;
  hasMore: boolean;
  loadMore: () => void;
  loadingMore: boolean;
  /** No rows yet, and none is known to be missing. */
  loading: boolean;
  error: ApiError | null;
  /** The last try for more rows failed: nothing asks again but `retry`. */
  moreFailed: boolean;
  retry: () => void;
};

type Data<T> = InfiniteData<ListPage<T>, string | null>;
const flatten = <T>(data: Data<T> | undefined): readonly T[] => data?.pages.flatMap(({ rows }) => rows) ?? [];

export function useLiveList<T>(options: LiveListOptions<T>): LiveList<T> {
  const { queryKey, held } = options;
  const cache = useQueryClient();
  const latest = useRef(options);
  latest.current = options;
  const waiting = useRef({ rows: new Map<string, T>(), gone: new Set<string>() });
  const [pending, setPending] = useState(0);
  const name = JSON.stringify(queryKey);

  const query = useInfiniteQuery<ListPage<T>, ApiError, Data<T>, QueryKey, string | null>({
    queryKey,
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) => latest.current.load(pageParam, signal),
    getNextPageParam: (page) => page.cursor,
  });

  const forget = useCallback(() => {
    waiting.current = { rows: new Map(), gone: new Set() };
    setPending(0);
  }, []);

  const showPending = useCallback(() => {
    const { rows, gone } = waiting.current;
    const data = cache.getQueryData<Data<T>>(latest.current.queryKey);
    if (!data) return;
    if (rows.size > 0 || gone.size > 0) {
      const cursor = data.pages.at(-1)?.cursor ?? null;
      const settled = settle(flatten(data), [...rows.values()], gone, latest.current, cursor === null);
      cache.setQueryData<Data<T>>(latest.current.queryKey, {
        pages: [{ rows: settled, cursor }],
        pageParams: [null],
      });
    }
    setPending(0);
    // An answer that is on its way may have been read before what waits, and takes the place of all that is shown.
    if (cache.getQueryState(latest.current.queryKey)?.fetchStatus === "idle") forget();
  }, [cache, forget]);

  /** Let in what waits, or count what of it the rows do not show yet. */
  const heed = useCallback(() => {
    if (!latest.current.held) return showPending();
    const data = cache.getQueryData<Data<T>>(latest.current.queryKey);
    if (!data) return;
    const complete = (data.pages.at(-1)?.cursor ?? null) === null;
    setPending(newcomers(flatten(data), [...waiting.current.rows.values()], latest.current, complete).length);
  }, [cache, showPending]);

  const take = useCallback(
    (changes: Changes) => {
      const { changed, idOf, queryKey: key } = latest.current;
      const { rows, gone = [] } = changed(changes);
      if (rows.length === 0 && gone.length === 0) return;
      cache.setQueryData<Data<T>>(
        key,
        (data) =>
          data && {
            ...data,
            pages: data.pages.map((page) => ({ ...page, rows: updateInPlace(page.rows, rows, idOf) })),
          },
      );
      const waits = waiting.current;
      for (const row of rows) {
        waits.rows.set(idOf(row), row);
        waits.gone.delete(idOf(row)); // there again, under the same id
      }
      for (const id of gone) {
        waits.rows.delete(id);
        waits.gone.add(id);
      }
      heed();
    },
    [cache, heed],
  );
  useChanges(take);

  // Another list has nothing to do with what waited for this one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the name that changes
  useEffect(forget, [name, forget]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are what makes the difference
  useEffect(heed, [held, query.data, heed]);

  const rows = useMemo(() => dedupe(flatten(query.data), latest.current.idOf), [query.data]);
  return {
    rows,
    pending,
    showPending,
    hasMore: query.hasNextPage,
    loadMore: () => void query.fetchNextPage(),
    loadingMore: query.isFetchingNextPage,
    loading: query.isPending,
    error: query.error,
    moreFailed: query.isFetchNextPageError,
    retry: () => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch()),
  };
}

/** A row that moved between two pages would be in both. */
function dedupe<T>(rows: readonly T[], idOf: (row: T) => string): readonly T[] {
  const seen = new Set<string>();
  return rows.filter((row) => !seen.has(idOf(row)) && seen.add(idOf(row)));
}
