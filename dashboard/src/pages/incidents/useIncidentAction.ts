import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { IncidentDetail } from "@/api/types";
import { toast } from "@/components/Toast";
import { ACTIONS, type Action } from "./lifecycle";

const ROUTES = {
  ack: "/incidents/{incident_id}/ack",
  mute: "/incidents/{incident_id}/mute",
  resolve: "/incidents/{incident_id}/resolve",
} as const;

/**
 * Acknowledge, mute or resolve. The page shows the new state at once; if the router says no, it shows the old one again
 * and why. In both cases it then reads what is true.
 */
export function useIncidentAction(id: string) {
  const cache = useQueryClient();
  const key = keys.incident(id);
  return useMutation<unknown, ApiError, Action, { before: IncidentDetail | undefined }>({
    mutationFn: (action) => read(api.POST(ROUTES[action], { params: { path: { incident_id: id } } })),
    async onMutate(action) {
      await cache.cancelQueries({ queryKey: key });
      const before = cache.getQueryData<IncidentDetail>(key);
      if (before) cache.setQueryData<IncidentDetail>(key, { ...before, status: ACTIONS[action].becomes });
      return { before };
    },
    onError(_error, _action, context) {
      if (context?.before) cache.setQueryData(key, context.before);
    },
    onSuccess: (_data, action) => toast(`${ACTIONS[action].done}.`),
    onSettled: () => {
      void cache.invalidateQueries({ queryKey: key });
      void cache.invalidateQueries({ queryKey: keys.incidents() });
    },
  });
}
