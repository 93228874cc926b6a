import { ChevronDown } from "lucide-react";
import { useId } from "react";
import { cx } from "./cx";
import styles from "./Select.module.css";

type SelectProps<T extends string> = {
  label: string;
  hideLabel?: boolean;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  className?: string;
};

/** The browser's own list of choices: right on every device, with every keyboard and screen reader. */
export function Select<T extends string>({ label, hideLabel, value, options, onChange, className }: SelectProps<T>) {
  const id = useId();
  return (
    <div className={cx(styles.field, className)}>
      <label htmlFor={id} className={hideLabel ? "visually-hidden" : styles.label}>
        {label}
      </label>
      <div className={styles.box}>
        <select id={id} className={styles.select} value={value} onChange={(event) => onChange(event.target.value as T)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <ChevronDown size={14} className={styles.arrow} aria-hidden />
      </div>
    </div>
  );
}
