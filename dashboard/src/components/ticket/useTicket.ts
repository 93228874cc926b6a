/** What the ticket's parts read and do. Live changes renew it (src/live/details.ts). */
import { type UseQueryResult, useQueries, useQuery } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { components } from "@/api/schema";
import type { TicketDetail } from "@/api/types";

export type Scored = components["schemas"]["ScoreResource"];

const readTicket = (id: string, include: string, signal?: AbortSignal) =>
  read(
    api.GET("/tickets/{ticket_id}", {
      params: { path: { ticket_id: id }, query: { include } },
      ...(signal && { signal }),
    }),
  );

export function useTicket(id: string): UseQueryResult<TicketDetail, ApiError> {
  return useQuery<TicketDetail, ApiError>({
    queryKey: keys.ticket(id, "whole"),
    queryFn: ({ signal }) => readTicket(id, "explanation,deliveries,similar,feedback", signal),
    staleTime: 0,
  });
}

/** Several tickets without their parts; null for one that is gone. */
export function useTickets(ids: readonly string[]): readonly (TicketDetail | null | undefined)[] {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.ticket(id, "short"),
      queryFn: ({ signal }: { signal: AbortSignal }) => readTicket(id, "", signal),
    })),
    combine: (results) => results.map((result) => (result.isError ? null : result.data)),
  });
}

/** Score the ticket's text again, with its pieces. It costs the model about ten runs, so somebody must ask for it. */
export function useScored(id: string, asked: boolean): UseQueryResult<Scored, ApiError> {
  return useQuery<Scored, ApiError>({
    queryKey: ["score", "ticket", id],
    queryFn: ({ signal }) => read(api.POST("/score", { body: { ticket_id: id }, signal })),
    enabled: asked,
    staleTime: Number.POSITIVE_INFINITY,
  });
}
