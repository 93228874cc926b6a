const UNITS = [
  { unit: "d", ms: 86_400_000 },
  { unit: "h", ms: 3_600_000 },
  { unit: "min", ms: 60_000 },
  { unit: "s", ms: 1000 },
] as const;

/** A duration as a tile shows it: one figure, short enough to be large, and its unit. */
export function figureOf(ms: number | null): { value: string; unit: string } | null {
  if (ms === null) return null;
  const found = UNITS.find((each) => ms >= each.ms);
  if (!found) return { value: String(Math.round(ms)), unit: "ms" };
  const value = ms / found.ms;
  return { value: value.toFixed(value < 10 ? 1 : 0), unit: found.unit };
}

/** The values since the last gap, for a line that must not bridge what nobody measured. */
export function sinceGap(values: readonly (number | null)[]): number[] {
  const after = values.slice(values.lastIndexOf(null) + 1);
  return after.filter((value) => value !== null);
}
