import { useQuery } from "@tanstack/react-query";
import { api, read } from "./client";
import type { ApiError } from "./problem";
import { keys } from "./queries";
import type { Destination } from "./types";

/** Where alerts go. */
export function useDestinations() {
  return useQuery<Destination[], ApiError>({
    queryKey: keys.destinations(),
    queryFn: async ({ signal }) => (await read(api.GET("/destinations", { signal }))).destinations,
  });
}
