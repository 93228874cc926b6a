/** What another threshold would have alerted, from the histogram of S in `GET /stats`. */

/** Width of a bin; bin i holds what lies above i times this. Source: `by_urgency`, docs/openapi.json. */
export const BIN = 0.05;

/** Tickets with S above a threshold that is the edge of a bin. */
export function above(byUrgency: readonly number[], threshold: number): number {
  const first = Math.round(threshold / BIN);
  return byUrgency.reduce((sum, count, bin) => (bin >= first ? sum + count : sum), 0);
}
