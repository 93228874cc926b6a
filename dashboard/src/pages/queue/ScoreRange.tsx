import { type FormEvent, useEffect, useState } from "react";
import styles from "./ScoreRange.module.css";

type Range = { min: number | null; max: number | null };

/** The lowest and the highest S to show; it holds when one leaves the field or presses Enter. */
export function ScoreRange({ min, max, onChange }: Range & { onChange: (range: Partial<Range>) => void }) {
  return (
    <fieldset className={styles.range}>
      <legend className="visually-hidden">Urgency S</legend>
      <span aria-hidden="true">S</span>
      <Bound label="Lowest S" placeholder="0" value={min} onChange={(value) => onChange({ min: value })} />
      <span aria-hidden="true">–</span>
      <Bound label="Highest S" placeholder="1" value={max} onChange={(value) => onChange({ max: value })} />
    </fieldset>
  );
}

type BoundProps = {
  label: string;
  placeholder: string;
  value: number | null;
  onChange: (value: number | null) => void;
};

function Bound({ label, placeholder, value, onChange }: BoundProps) {
  const shown = value === null ? "" : String(value);
  const [typed, setTyped] = useState(shown);
  useEffect(() => setTyped(shown), [shown]);

  function settle(event?: FormEvent) {
    event?.preventDefault();
    const number = Number(typed.replace(",", "."));
    const valid = typed.trim() !== "" && number >= 0 && number <= 1;
    setTyped(valid ? String(number) : "");
    if ((valid ? number : null) !== value) onChange(valid ? number : null);
  }

  return (
    <form onSubmit={settle}>
      <input
        className={styles.bound}
        aria-label={label}
        placeholder={placeholder}
        inputMode="decimal"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => settle()}
      />
    </form>
  );
}
