/** The cache of what the API answered. Live changes are put into it (src/live), so nothing in it polls for itself. */
import { QueryClient, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, read } from "./client";
import { ApiError } from "./problem";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.retryable,
      refetchOnWindowFocus: false, // src/live does it, for all of the page at once
    },
  },
});

/** Names of what is cached. `keys.ticket(id)` with more words behind it is renewed together with it. */
export const keys = {
  tickets: (...more: readonly unknown[]) => ["tickets", ...more],
  ticket: (id: string, ...more: readonly unknown[]) => ["ticket", id, ...more],
  incidents: (...more: readonly unknown[]) => ["incidents", ...more],
  incident: (id: string) => ["incident", id],
  deliveries: (...more: readonly unknown[]) => ["deliveries", ...more],
  delivery: (id: string) => ["delivery", id],
  deadLetters: () => ["dead-letters"],
  destinations: () => ["destinations"],
  stats: (...more: readonly unknown[]) => ["stats", ...more],
  model: () => ["model"],
};

const NONE: readonly string[] = [];

/** The categories, in the order of the model; none until they are known. */
export function useCategories(): readonly string[] {
  const { data } = useQuery({
    queryKey: keys.model(),
    queryFn: ({ signal }) => read(api.GET("/model", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return useMemo(() => categoriesOf(data?.manifest), [data]);
}

function categoriesOf(manifest: Record<string, unknown> | undefined): readonly string[] {
  const labels = manifest?.labels;
  const found = typeof labels === "object" && labels !== null && "category" in labels ? labels.category : NONE;
  return Array.isArray(found) ? found.filter((each) => typeof each === "string") : NONE;
}
