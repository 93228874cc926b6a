import styles from "./Skeleton.module.css";

/** Bars where text will be. `label` says to screen readers what is being loaded. */
export function Skeleton({ lines = 3, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <div className={styles.skeleton} role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <span key={line} className={styles.bar} style={{ width: `${92 - ((line * 23) % 40)}%` }} />
      ))}
    </div>
  );
}
