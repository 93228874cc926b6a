/** The cache of what the API answered. Live changes are put into it (src/live), so nothing in it polls for itself. */
import { QueryClient } from "@tanstack/react-query";
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
