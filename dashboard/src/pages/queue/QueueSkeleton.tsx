import styles from "./QueueSkeleton.module.css";

/** Rows where tickets will be, as high as theirs. */
export function QueueSkeleton({ rowHeight }: { rowHeight: number }) {
  return (
    <div role="status">
      <span className="visually-hidden">Loading tickets</span>
      <div className={styles.head} />
      {Array.from({ length: 12 }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div key={row} className={styles.row} style={{ height: rowHeight }} aria-hidden="true">
          <span className={styles.bar} style={{ width: 56 }} />
          <span className={styles.bar} style={{ width: `${30 + ((row * 17) % 35)}%` }} />
          <span className={styles.bar} style={{ width: 64, marginLeft: "auto" }} />
        </div>
      ))}
    </div>
  );
}
