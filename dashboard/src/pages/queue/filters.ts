/** What the queue shows: filters and order as they stand in the address, in words, and as the API wants them. */
import { flag, number, oneOf, text, type UrlState } from "@/app/urlState";
import { BAND_WORDS, BANDS } from "@/format/band";
import { formatScore } from "@/format/number";
import type { OwnFilter, TicketFilters } from "@/live/lists";

export const SORTS = [
  "-urgency_score",
  "urgency_score",
  "-accepted_at",
  "accepted_at",
  "-total_ms",
  "total_ms",
] as const;
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

/** What the API is asked for; `now` is Unix time in ms. */
export function toQuery(filters: Filters, now: number): TicketFilters {
  const { q, status, category, band, min, max, sentiment, channel, customer, incident, review, within, sort } = filters;
  return {
    sort,
    ...(q.trim() && { q: q.trim() }),
    ...(status && { status }),
    ...(category && { category }),
    ...(band && { band }),
    ...(min !== null && { min_urgency: min }),
    ...(max !== null && { max_urgency: max }),
    ...(sentiment && { sentiment }),
    ...(channel && { channel }),
    ...(customer && { customer }),
    ...(incident && { incident }),
    ...(review && { needs_review: "true" }),
    ...(within && { since: String(now - WITHIN_MS[within]) }),
  };
}

/** What the API has no parameter for. */
export function ownFilter({ lane }: Filters): OwnFilter {
  return { name: lane ?? "", keeps: (ticket) => !lane || ticket.lane === lane };
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
