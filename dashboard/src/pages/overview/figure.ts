import { formatDuration } from "@/format/number";

/** A duration as a tile shows it: the figure large, its unit small. `2 min 5 s` stays in one piece. */
export function figureOf(ms: number | null): { value: string; unit: string } | null {
  if (ms === null) return null;
  const text = formatDuration(ms);
  const [value = text, unit = "", ...more] = text.split(" ");
  return more.length > 0 ? { value: text, unit: "" } : { value, unit };
}

/** The values since the last gap, for a line that must not bridge what nobody measured. */
export function sinceGap(values: readonly (number | null)[]): number[] {
  const after = values.slice(values.lastIndexOf(null) + 1);
  return after.filter((value) => value !== null);
}
