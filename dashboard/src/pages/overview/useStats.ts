import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { Stats } from "@/api/types";
import type { Range } from "@/app/range";
import { useServerTime } from "@/live/clock";

const MINUTE_MS = 60_000;

/** The figures of a window that ends now. Changes renew them (src/live); without any, each minute moves the window on. */
export function useStats(range: Range): UseQueryResult<Stats, ApiError> {
  const query = useQuery<Stats, ApiError>({
    queryKey: keys.stats(range),
    queryFn: ({ signal }) => read(api.GET("/stats", { params: { query: { window: range } }, signal })),
    placeholderData: keepPreviousData,
  });
  const minute = useServerTime((now) => Math.floor(now / MINUTE_MS));
  const { refetch } = query;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the minute that makes them old
  useEffect(() => {
    if (query.dataUpdatedAt > 0) void refetch();
  }, [minute, refetch]);
  return query;
}
