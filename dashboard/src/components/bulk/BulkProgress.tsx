import { formatCount, formatCounted } from "@/format/number";
import { formatAbsolute } from "@/format/time";
import type { BulkWords } from "./BulkDialog";
import styles from "./BulkDialog.module.css";
import { type Progress, totalOf } from "./bulk";

type Props = { progress: Progress; running: boolean; total: number; words: BulkWords };

/** How far it is, and what became of each. */
export function BulkProgress({ progress: { tally, waitUntil, lastAt }, running, total, words }: Props) {
  const done = totalOf(tally);
  return (
    <div className={styles.progress} role="status">
      <p className={styles.count}>
        {running
          ? `${formatCount(done)} of ${formatCounted(total, words.one, words.many)}`
          : formatCounted(done, words.one, words.many)}
      </p>
      <progress className={styles.bar} max={Math.max(total, done)} value={done} aria-label="Progress" />
      <ul className={styles.tally}>
        {Object.entries(tally).map(([outcome, count]) => (
          <li key={outcome}>
            {formatCounted(count, words.one, words.many)}: {words.outcomes[outcome] ?? outcome}
          </li>
        ))}
      </ul>
      {waitUntil !== null && (
        <p>
          The next part follows at {formatAbsolute(waitUntil)}, so that the rate is kept. Keep this page open: closing
          it stops after this part.
        </p>
      )}
      {!running && lastAt !== null && <p>The last one goes out at {formatAbsolute(lastAt)}.</p>}
    </div>
  );
}
