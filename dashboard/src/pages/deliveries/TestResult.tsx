import { Link } from "wouter";
import { formatDuration } from "@/format/number";
import styles from "./DestinationStrip.module.css";
import { lastAnswer } from "./subject";
import type { useTest } from "./useTest";

/** What the destination said to the test. */
export function TestResult({ test }: { test: ReturnType<typeof useTest> }) {
  const last = test.delivery?.log.at(-1);
  return (
    <p className={styles.result} role="status">
      {test.error && <span className={styles.failing}>{`${test.error.title}: ${test.error.detail}`}</span>}
      {test.busy && "On its way"}
      {test.delivery && last && (
        <>
          <span className={last.error === null ? styles.ok : styles.failing}>
            {last.error === null ? "Arrived" : "Not taken"}, {lastAnswer(test.delivery)}
          </span>{" "}
          in {formatDuration(last.latency_ms)}.{" "}
          <Link href={`/deliveries?id=${encodeURIComponent(test.delivery.id)}`}>Details</Link>
        </>
      )}
    </p>
  );
}
