import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { api } from "@/api/client";
import { errorFrom } from "@/api/problem";
import type { Changes } from "@/api/types";
import { refreshDetails } from "./details";
import { type Loaded, Poller, type PollState } from "./poller";

type Listener = (changes: Changes) => void;
type Live = { poller: Poller; onChanges: (listener: Listener) => () => void };

const LiveContext = createContext<Live | null>(null);
const LIMIT = 200;

async function load(since: string | null, etag: string | null, signal: AbortSignal): Promise<Loaded | null> {
  const { data, error, response } = await api.GET("/changes", {
    params: {
      query: { limit: LIMIT, ...(since !== null && { since }) },
      header: etag === null ? {} : { "If-None-Match": etag },
    },
    signal,
  });
  if (response.status === 304) return null;
  if (!data) throw errorFrom(response, error);
  return { changes: data, etag: response.headers.get("ETag") };
}

/** Runs the one poll of the page, and tells who wants to know what changed. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const cache = useQueryClient();
  const [live] = useState<Live>(() => {
    const listeners = new Set<Listener>();
    const poller = new Poller({
      load,
      take(changes) {
        refreshDetails(cache, changes);
        for (const listener of listeners) listener(changes);
      },
      restart: () => void cache.invalidateQueries(),
    });
    return {
      poller,
      onChanges(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  });
  useWakefulness(live.poller);
  return <LiveContext value={live}>{children}</LiveContext>;
}

/** Poll while the page is seen; at once when it is seen again, and when the network is back. */
function useWakefulness(poller: Poller) {
  useEffect(() => {
    const follow = () => (document.hidden ? poller.sleep() : poller.wake());
    follow();
    document.addEventListener("visibilitychange", follow);
    window.addEventListener("online", follow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      window.removeEventListener("online", follow);
      poller.sleep();
    };
  }, [poller]);
}

function useLiveContext(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error("There is no LiveProvider above this component");
  return live;
}

/** The live state: figures (`summary`), `health`, and how the polling fares. Null figures: no answer yet. */
export function useLive(): PollState {
  const { poller } = useLiveContext();
  return useSyncExternalStore(poller.subscribe, poller.getState);
}

/** One part of the live state; renders again only when that part changes. */
export function useLivePart<T>(select: (state: PollState) => T): T {
  const { poller } = useLiveContext();
  return useSyncExternalStore(poller.subscribe, () => select(poller.getState()));
}

export function usePoller(): Poller {
  return useLiveContext().poller;
}

/** Call `listener` with each answer that says what changed. It should be stable (useCallback or useEffectEvent). */
export function useChanges(listener: Listener): void {
  const { onChanges } = useLiveContext();
  useEffect(() => onChanges(listener), [onChanges, listener]);
}
