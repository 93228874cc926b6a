import { useMemo } from "react";
import { useCategories } from "@/api/queries";
import { type Filter, FilterTokens } from "@/components/FilterTokens";
import { BAND_FLOORS, BAND_WORDS, BANDS } from "@/format/band";
import { formatDuration } from "@/format/number";
import styles from "./FilterBar.module.css";
import {
  CODECS,
  type FilterName,
  type Filters,
  LANES,
  SENTIMENTS,
  STATUSES,
  tokens,
  WITHIN,
  WITHIN_MS,
} from "./filters";
import { SavedViews } from "./SavedViews";
import { ScoreRange } from "./ScoreRange";

type Change = (change: Partial<Filters>) => void;
type Props = { filters: Filters; onChange: Change; count: string };

const CHOICES: Partial<Record<FilterName, readonly { value: string; label: string }[]>> = {
  band: BANDS.map((band) => ({ value: band, label: bandLabel(band) })),
  status: words(STATUSES),
  sentiment: words(SENTIMENTS),
  lane: words(LANES),
  within: WITHIN.map((value) => ({ value, label: `in the last ${formatDuration(WITHIN_MS[value])}` })),
  review: [{ value: "1", label: "yes" }],
};
const ORDER: readonly FilterName[] = ["band", "category", "status", "within", "sentiment", "lane", "review"];
/** Set elsewhere, by the search or by a link such as a ticket's customer; here one can only take them away. */
const FROM_LINKS: readonly FilterName[] = ["q", "customer", "channel", "incident"];
const LABELS: Partial<Record<FilterName, string>> = {
  band: "Urgency",
  category: "Category",
  status: "Status",
  sentiment: "Sentiment",
  lane: "Lane",
  review: "Needs review",
  within: "Accepted",
};

export function FilterBar({ filters, onChange, count }: Props) {
  const categories = useCategories();
  const shown = useMemo(() => choices(filters, categories), [filters, categories]);
  return (
    <div className={styles.bar}>
      <FilterTokens filters={shown} onChange={(change) => onChange(fromTokens(change))} />
      <ScoreRange min={filters.min} max={filters.max} onChange={onChange} />
      <div className={styles.end}>
        <span className={styles.count} role="status">
          {count}
        </span>
        <SavedViews />
      </div>
    </div>
  );
}

function choices(filters: Filters, categories: readonly string[]): Filter[] {
  const choosable = ORDER.map((name) => ({
    name,
    label: LABELS[name] ?? name,
    value: CODECS[name].write(filters[name] as never) || null,
    options: name === "category" ? words(categories) : (CHOICES[name] ?? []),
  }));
  const linked = tokens(filters)
    .filter(({ name }) => FROM_LINKS.includes(name))
    .map(({ name, label, value }) => ({ name, label, value, options: words([value]) }));
  return [...choosable, ...linked];
}

function fromTokens(change: Record<string, string | null>): Partial<Filters> {
  const names = Object.keys(change) as FilterName[];
  return Object.fromEntries(names.map((name) => [name, CODECS[name].read(change[name] ?? null)]));
}

function words(values: readonly string[]) {
  return values.map((value) => ({ value, label: value }));
}

function bandLabel(band: (typeof BANDS)[number]): string {
  const floor = BAND_FLOORS[band];
  return floor > 0 ? `${BAND_WORDS[band]}, above ${floor}` : BAND_WORDS[band];
}
