import type { ReactNode } from "react";
import { cx } from "@/components/cx";
import styles from "./Readout.module.css";

export type Entry = {
  key: string;
  label: string;
  /** What the chart itself says of it, for those who do not see it. */
  more?: string;
  value: string;
  shape: "box" | "line" | "dots" | "triangle" | "none";
};

/** The legend of a chart, with the values of the step under the crosshair, or of the whole window without one. */
export function Readout({ span, entries }: { span: ReactNode; entries: readonly Entry[] }) {
  return (
    <div className={styles.readout}>
      <p className={styles.span}>{span}</p>
      <dl className={styles.entries}>
        {entries.map(({ key, label, more, value, shape }) => (
          <div key={key}>
            <dt className={styles.label}>
              {shape !== "none" && <Swatch name={key} shape={shape} />}
              <span>
                {label}
                {more && <span className="visually-hidden">{more}</span>}
              </span>
            </dt>
            <dd className={styles.value}>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Swatch({ name, shape }: { name: string; shape: Entry["shape"] }) {
  const className = cx(styles.swatch, styles[name]);
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" className={className} aria-hidden="true">
      {shape === "box" && <rect y="1" width="10" height="10" rx="1.5" />}
      {shape === "triangle" && <path d="M6 1.5l5 9H1z" />}
      {shape === "line" && <path d="M0 6h12" className={styles.stroke} />}
      {shape === "dots" && <path d="M1 6h12" className={cx(styles.stroke, styles.dots)} />}
    </svg>
  );
}
