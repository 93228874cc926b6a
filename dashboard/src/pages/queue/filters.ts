/** What the queue shows: filters and order as they stand in the address, in words, and as the API wants them. */
import { flag, number, oneOf, text, type UrlState } from "@/app/urlState";
import { BAND_FLOORS, BAND_WORDS, BANDS } from "@/format/band";
import { formatScore } from "@/format/number";
import type { OwnFilter, TicketFilters } from "@/live/lists";

export const SORTS = ["-urgency_score", "urgency_score", "-accepted_at", "accepted_at"] as const;
export type Sort = (typeof SORTS)[number];

export const STATUSES = ["accepted", "scored", "failed"] as const;
export const SENTIMENTS = ["negative", "neutral", "positive"] as const;
export const LANES = ["express", "standard"] as const;
export const WITHIN = ["15m", "1h", "6h", "24h", "7d"] as const;
const HOUR_MS = 3_600_000;
export const WITHIN_MS = {
  "15m": HOUR_MS / 4,
  "1h": HOUR_MS,
  "6h": 6 * HOUR_MS,
  "24h": 24 * HOUR_MS,
  "7d": 168 * HOUR_MS,
};

export const CODECS = {
  q: text(),
  status: oneOf(STATUSES),
  category: text(),
  band: oneOf(BANDS),
  min: number(),
  max: number(),
  sentiment: oneOf(SENTIMENTS),
  lane: oneOf(LANES),
  channel: text(),
  customer: text(),
  incident: text(),
  review: flag(),
  within: oneOf(WITHIN),
  sort: oneOf(SORTS, "-urgency_score"),
};
export type Filters = UrlState<typeof CODECS>;
export type FilterName = Exclude<keyof Filters, "sort">;

export const NONE: Omit<Filters, "sort"> = {
  q: "",
  status: null,
  category: "",
  band: null,
  min: null,
  max: null,
  sentiment: null,
  lane: null,
  channel: "",
  customer: "",
  incident: "",
  review: false,
  within: null,
};

/** S has four decimals; a band begins above its floor. Source: `fuse` and `band`, domain/urgency.py. */
const STEP = 0.0001;

/** The lowest and the highest S that pass; null where there is no limit. */
export function limits({ band, min, max }: Pick<Filters, "band" | "min" | "max">): [number | null, number | null] {
  const above = band && BANDS[BANDS.indexOf(band) - 1];
  const low = band && BAND_FLOORS[band] > 0 ? round(BAND_FLOORS[band] + STEP) : null;
  const high = above ? BAND_FLOORS[above] : null;
  return [highest(low, clamp(min)), lowest(high, clamp(max))];
}

const round = (value: number) => Number(value.toFixed(4));
const clamp = (value: number | null) => (value === null ? null : Math.min(1, Math.max(0, value)));
const highest = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b));
const lowest = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.min(a, b));

/** What the API is asked for; `now` is Unix time in ms. */
export function toQuery(filters: Filters, now: number): TicketFilters {
  const [low, high] = limits(filters);
  const { q, status, category, sentiment, customer, sort, within } = filters;
  return {
    sort,
    ...(q.trim() && { q: q.trim() }),
    ...(status && { status }),
    ...(category && { category }),
    ...(sentiment && { sentiment }),
    ...(customer && { customer }),
    ...(low !== null && { min_urgency: low }),
    ...(high !== null && { max_urgency: high }),
    ...(within && { since: String(now - WITHIN_MS[within]) }),
  };
}

/** What the API has no parameter for. */
export function ownFilter({ lane, channel, incident, review }: Filters): OwnFilter {
  return {
    name: JSON.stringify([lane, channel, incident, review]),
    keeps: (ticket) =>
      (!lane || ticket.lane === lane) &&
      (!channel || ticket.channel === channel) &&
      (!incident || ticket.incident_id === incident) &&
      (!review || ticket.needs_review === true),
  };
}

export type Token = { name: FilterName; label: string; value: string };

const LABELS: Record<FilterName, string> = {
  q: "Words",
  status: "Status",
  category: "Category",
  band: "Urgency",
  min: "S from",
  max: "S to",
  sentiment: "Sentiment",
  lane: "Lane",
  channel: "Channel",
  customer: "Customer",
  incident: "Incident",
  review: "Needs review",
  within: "Accepted",
};

/** The filters that are set, in words. */
export function tokens(filters: Filters): Token[] {
  return (Object.keys(LABELS) as FilterName[]).flatMap((name) => {
    const value = shownValue(name, filters);
    return value === null ? [] : [{ name, label: LABELS[name], value }];
  });
}

function shownValue(name: FilterName, filters: Filters): string | null {
  const value = filters[name];
  if (value === null || value === "" || value === false) return null;
  if (value === true) return "yes";
  if (typeof value === "number") return formatScore(value);
  return name === "band" ? BAND_WORDS[value as keyof typeof BAND_WORDS].toLowerCase() : value;
}
