import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { components } from "@/api/schema";

type Detail = components["schemas"]["DeliveryDetail"];
type Replayed = components["schemas"]["ReplayedDelivery"];
const LOOK_EVERY_MS = 500;
const PATIENCE_MS = 60_000;

/** Send a test alert and follow its delivery until it is over. */
export function useTest(destination: string) {
  const [sent, setSent] = useState<{ id: string; at: number } | null>(null);
  const id = sent?.id ?? "";
  const sending = useMutation<Replayed, ApiError, void>({
    mutationFn: () =>
      read(api.POST("/destinations/{destination_id}/test", { params: { path: { destination_id: destination } } })),
    onMutate: () => setSent(null),
    onSuccess: ({ delivery_id }) => setSent({ id: delivery_id, at: Date.now() }),
  });
  const following = useQuery<Detail | null, ApiError>({
    queryKey: keys.delivery(id),
    queryFn: ({ signal }) =>
      read(api.GET("/deliveries/{delivery_id}", { params: { path: { delivery_id: id } }, signal })).catch(absentYet),
    enabled: sent !== null,
    // One failed try is an answer, too: the next one may be minutes away.
    refetchInterval: ({ state: { data } }) =>
      (data?.log.length ?? 0) > 0 || sent === null || Date.now() - sent.at > PATIENCE_MS ? false : LOOK_EVERY_MS,
  });
  const delivery = following.data ?? null;
  return {
    send: () => sending.mutate(),
    busy: sending.isPending || (sent !== null && !delivery?.log.length && !following.error),
    error: sending.error ?? following.error,
    delivery,
  };
}

/** Its record is made when the dispatcher takes it up: until then there is none. */
function absentYet(thrown: unknown): null {
  if (thrown instanceof Error && "status" in thrown && thrown.status === 404) return null;
  throw thrown;
}
