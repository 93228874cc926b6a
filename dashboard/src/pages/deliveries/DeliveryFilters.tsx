import { useCategories } from "@/api/queries";
import { useDestinations } from "@/api/useDestinations";
import { FilterTokens } from "@/components/FilterTokens";
import { AGE_WORDS, AGES } from "@/format/age";
import { type Filters, STATUSES, toFilters } from "./filters";

type Props = { filters: Filters; onChange: (change: Partial<Filters>) => void };

export function DeliveryFilters({ filters, onChange }: Props) {
  const categories = useCategories();
  const { data: destinations } = useDestinations();
  return (
    <FilterTokens
      filters={[
        {
          name: "status",
          label: "Status",
          value: filters.status,
          options: STATUSES.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) })),
        },
        {
          name: "destination",
          label: "Destination",
          value: filters.destination || null,
          options: (destinations ?? []).map(({ id }) => ({ value: id, label: id })),
        },
        {
          name: "category",
          label: "Category",
          value: filters.category || null,
          options: categories.map((value) => ({ value, label: value })),
        },
        {
          name: "age",
          label: "Changed",
          value: filters.age,
          options: AGES.map((value) => ({ value, label: AGE_WORDS[value] })),
        },
      ]}
      onChange={(change) => onChange(toFilters(change))}
    />
  );
}
