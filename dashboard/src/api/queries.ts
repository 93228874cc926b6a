/** The cache of what the API answered. Live changes are put into it (src/live), so nothing in it polls for itself. */
import { QueryClient, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { api, read } from "./client";
import { ApiError } from "./problem";
import type { Model } from "./types";

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

/** What scores, and how well it did: the same until the next deployment. */
export function useModel(): UseQueryResult<Model, ApiError> {
  return useQuery<Model, ApiError>({
    queryKey: keys.model(),
    queryFn: ({ signal }) => read(api.GET("/model", { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The categories, in the order of the model; none until they are known. */
export function useCategories(): readonly string[] {
  return useModel().data?.manifest.labels?.category ?? NONE;
}
