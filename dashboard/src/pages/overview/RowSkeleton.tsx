import styles from "./RowSkeleton.module.css";

/** Rows of two lines where rows will be. */
export function RowSkeleton({ rows, label }: { rows: number; label: string }) {
  return (
    <div role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div key={row} className={styles.row}>
          <span className={styles.long} />
          <span className={styles.short} />
        </div>
      ))}
    </div>
  );
}
