import styles from "./Mark.module.css";

/** The router's sign: many lines in, one goes on. */
export function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="24" height="24" className={styles.mark} aria-hidden="true">
      <rect width="32" height="32" rx="8" className={styles.ground} />
      <path d="M8 11h7l5 5-5 5H8" className={styles.path} />
      <circle cx="24" cy="16" r="2.5" className={styles.dot} />
    </svg>
  );
}
