import type { Band, Stats } from "@/api/types";
import { BANDS } from "@/format/band";

export type MixRow = { category: string; counts: Record<Band, number>; total: number };

const NOTHING: Record<Band, number> = { critical: 0, high: 0, normal: 0, low: 0 };

/** A row for each category of the model, in its order, and after them for others that tickets were once given. */
export function mixOf(counted: Stats["by_category_band"], categories: readonly string[]): MixRow[] {
  const others = Object.keys(counted).filter((category) => !categories.includes(category));
  return [...categories, ...others].map((category) => {
    const counts = counted[category] ?? NOTHING;
    return { category, counts, total: BANDS.reduce((sum, band) => sum + counts[band], 0) };
  });
}
