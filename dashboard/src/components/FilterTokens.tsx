import { ListFilter, X } from "lucide-react";
import { Button } from "./Button";
import styles from "./FilterTokens.module.css";
import { Menu, MenuChoice, MenuHeading, MenuLine } from "./Menu";

export type Filter = {
  /** In the address: `status`. */
  name: string;
  /** For the reader: `Status`. */
  label: string;
  value: string | null;
  options: readonly { value: string; label: string }[];
};

type FilterTokensProps = {
  filters: readonly Filter[];
  /** Gets what is to change, by name; null takes a filter away. */
  onChange: (change: Record<string, string | null>) => void;
};

/** What the list is filtered by: a token each, which can be changed or taken away, and a menu to add more. */
export function FilterTokens({ filters, onChange }: FilterTokensProps) {
  const set = filters.filter((filter) => filter.value !== null);
  return (
    <div className={styles.tokens}>
      <Menu trigger={<Button icon={ListFilter}>Filter</Button>} label="Filters" align="start">
        {filters.map((filter, place) => (
          <div key={filter.name}>
            {place > 0 && <MenuLine />}
            <MenuHeading>{filter.label}</MenuHeading>
            <MenuChoice
              value={filter.value ?? ""}
              choices={filter.options}
              onChange={(value) => onChange({ [filter.name]: value })}
            />
          </div>
        ))}
      </Menu>
      {set.map((filter) => {
        const word = filter.options.find(({ value }) => value === filter.value)?.label ?? filter.value;
        return (
          <span key={filter.name} className={styles.token}>
            <span className={styles.label}>{filter.label}</span> {word}
            <button
              type="button"
              className={styles.remove}
              aria-label={`Remove the filter ${filter.label}: ${word}`}
              onClick={() => onChange({ [filter.name]: null })}
            >
              <X size={12} aria-hidden />
            </button>
          </span>
        );
      })}
      {set.length > 1 && (
        <Button variant="quiet" onClick={() => onChange(Object.fromEntries(set.map(({ name }) => [name, null])))}>
          Clear all
        </Button>
      )}
    </div>
  );
}
