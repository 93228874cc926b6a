/** The server's clock, which stands still while the page is stale or paused: old rows must not look as if they aged. */
import { useCallback, useSyncExternalStore } from "react";
import { classify } from "./freshness";
import { usePoller } from "./LiveProvider";
import type { PollState } from "./poller";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for all texts that tell an age. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The server's time, in Unix milliseconds. */
export function serverNow(state: PollState, nowMs: number): number {
  const freshness = classify(state, nowMs);
  const still = freshness === "stale" || freshness === "paused";
  return (still && state.updatedAt !== null ? state.updatedAt : nowMs) + state.offsetMs;
}

/** What `tell` makes of the server's time; renders again only when that is something else. */
export function useServerTime<T extends string | number>(tell: (nowMs: number) => T): T {
  const poller = usePoller();
  return useSyncExternalStore(subscribe, () => tell(serverNow(poller.getState(), Date.now())));
}

/** What `tell` makes of the polling and of this machine's time, each second and at each step of the polling. */
export function usePollTime<T extends string>(tell: (state: PollState, nowMs: number) => T): T {
  const poller = usePoller();
  const both = useCallback(
    (listener: () => void) => {
      const ends = [subscribe(listener), poller.subscribe(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    [poller],
  );
  return useSyncExternalStore(both, () => tell(poller.getState(), Date.now()));
}
