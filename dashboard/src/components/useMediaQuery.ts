import { useCallback, useSyncExternalStore } from "react";

/** Whether the screen is as the query says, for what style sheets cannot decide. */
export function useMediaQuery(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}

/** A phone held upright: tables have two lines a row there, and two columns. */
export const PHONE = "(max-width: 639px)";
/** Height of such a row, in px. */
export const TALL_ROW = 56;
