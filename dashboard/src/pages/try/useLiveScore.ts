import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import type { components } from "@/api/schema";

type Score = components["schemas"]["ScoreResource"];

const PAUSE_MS = 350; // of typing, before the model is asked
export const LONGEST_CHARS = 20_000; // Source: ScoreRequest of docs/openapi.json

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** The verdict on a text while it is written; the last one stays until the next is there. */
export function useLiveScore(text: string) {
  const settled = useSettled(text);
  // In code points, as the API counts; an emoji has two units of UTF-16.
  const tooLong = settled.length > LONGEST_CHARS && [...settled].length > LONGEST_CHARS;
  const askable = !tooLong && settled.trim().length > 0;
  const query = useQuery<Score, ApiError>({
    queryKey: ["score", "text", settled],
    queryFn: ({ signal }) => read(api.POST("/score", { body: { text: settled }, signal })),
    enabled: askable,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const behind = query.isFetching || query.isPlaceholderData || settled !== text;
  return {
    score: askable ? query.data : undefined,
    error: query.error,
    behind: askable && behind,
    tooLong,
    retry: query.refetch,
  };
}
