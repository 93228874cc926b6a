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
