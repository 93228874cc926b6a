import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { DeadLetter } from "@/api/types";
import { useLivePart } from "@/live/LiveProvider";

const PAGE = 100;
export type DeadLetterFilters = { reason?: string; since?: string };
type Page = { rows: DeadLetter[]; cursor: string | null };

/** Dead letters, page by page. /changes does not list them, but it counts them: another count is a reason to look. */
export function useDeadLetters(filters: DeadLetterFilters, held: boolean) {
  const query = useInfiniteQuery<Page, ApiError, { pages: Page[] }, readonly unknown[], string | null>({
    queryKey: [...keys.deadLetters(), filters],
    initialPageParam: null,
    queryFn: async ({ pageParam, signal }) => {
      const params = { query: { ...filters, limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) } };
      const page = await read(api.GET("/dead-letters", { params, signal }));
      return { rows: page.dead_letters, cursor: page.cursor };
    },
    getNextPageParam: ({ cursor }) => cursor,
  });
  const count = useLivePart(({ summary }) => summary?.dead_letters ?? null);
  const seen = useRef(count);
  const news = count !== null && seen.current !== null && count !== seen.current;
  const { refetch } = query;
  useEffect(() => {
    if (count === null) return;
    if (held && seen.current !== null) return;
    if (seen.current !== null && seen.current !== count) void refetch();
    seen.current = count;
  }, [count, held, refetch]);
  return { ...query, rows: query.data?.pages.flatMap(({ rows }) => rows) ?? [], count, news: held && news };
}
