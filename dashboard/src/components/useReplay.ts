import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { components } from "@/api/schema";
import { toast } from "@/components/Toast";

type Replayed = components["schemas"]["ReplayedDelivery"];

/** Send one delivery again. What came of it arrives with the next changes. */
export function useReplay(id: string) {
  const cache = useQueryClient();
  return useMutation<Replayed, ApiError, void>({
    mutationFn: () => read(api.POST("/deliveries/{delivery_id}/replay", { params: { path: { delivery_id: id } } })),
    onSuccess: () => toast("Queued to be sent again."),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.delivery(id) }),
  });
}
