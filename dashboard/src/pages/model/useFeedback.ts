import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import type { components } from "@/api/schema";

export type FeedbackPage = components["schemas"]["FeedbackPage"];
export const NEWEST = 200;

/** What people said of tickets' labels, the newest rows. */
export function useFeedback(): UseQueryResult<FeedbackPage, ApiError> {
  return useQuery<FeedbackPage, ApiError>({
    queryKey: ["feedback"],
    queryFn: ({ signal }) => read(api.GET("/feedback", { params: { query: { limit: NEWEST } }, signal })),
  });
}
