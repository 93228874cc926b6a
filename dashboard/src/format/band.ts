/** Bands of urgency, for scores that the API sends without one. Source of the limits: `urgency_band`, domain/urgency.py. */
import type { Band } from "@/api/types";

export const BANDS: readonly Band[] = ["critical", "high", "normal", "low"];
export const BAND_WORDS: Record<Band, string> = { critical: "Critical", high: "High", normal: "Normal", low: "Low" };
/** Above these (strictly) a score is in the band; `critical` is what is alerted. */
export const BAND_FLOORS: Record<Band, number> = { critical: 0.8, high: 0.6, normal: 0.3, low: 0 };

export function bandOf(score: number): Band {
  return BANDS.find((band) => score > BAND_FLOORS[band]) ?? "low";
}
