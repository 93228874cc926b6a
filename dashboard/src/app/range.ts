/** The time range of the page: in the address, kept from page to page. */
import { oneOf, useUrlState } from "./urlState";

export const RANGES = ["15m", "1h", "6h", "24h"] as const;
export type Range = (typeof RANGES)[number];
export const RANGE_WORDS: Record<Range, string> = {
  "15m": "Last 15 min",
  "1h": "Last hour",
  "6h": "Last 6 h",
  "24h": "Last 24 h",
};
export const RANGE_MS: Record<Range, number> = {
  "15m": 15 * 60_000,
  "1h": 3_600_000,
  "6h": 6 * 3_600_000,
  "24h": 24 * 3_600_000,
};

const CODECS = { range: oneOf(RANGES, "1h") };

/** The chosen range, e.g. as `window` of `GET /stats`, and how to choose another. */
export function useRange(): [Range, (range: Range) => void] {
  const [{ range }, set] = useUrlState(CODECS);
  return [range, (next) => set({ range: next })];
}

/** An address of a page with the range that is chosen now. */
export function withRange(path: string, search: string): string {
  const range = new URLSearchParams(search).get("range");
  return range ? `${path}?range=${range}` : path;
}
