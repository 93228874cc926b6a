import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { Stats } from "@/api/types";
import { Card } from "@/components/Card";
import { cx } from "@/components/cx";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Skeleton } from "@/components/Skeleton";
import { BAND_FLOORS } from "@/format/band";
import { formatCount, formatCounted, formatScore } from "@/format/number";
import { type Feedback, falseAlarms } from "./agreement";
import styles from "./Simulator.module.css";
import { above, BIN } from "./simulate";

const ALERT = BAND_FLOORS.critical;
const WINDOW = "24h";

/** How many tickets would have been alerted with another threshold. */
export function Simulator({ feedback }: { feedback: readonly Feedback[] }) {
  const { data, error, refetch } = useQuery<Stats, ApiError>({
    queryKey: keys.stats(WINDOW),
    queryFn: ({ signal }) => read(api.GET("/stats", { params: { query: { window: WINDOW } }, signal })),
  });
  return (
    <Card title="Another alert threshold" note="tickets of the last 24 h" className={styles.card}>
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton lines={7} label="Loading the tickets by urgency" />
      ) : data.counters.scored === 0 ? (
        <EmptyState title="No ticket was scored in the last 24 h" />
      ) : (
        <Slide byUrgency={data.by_urgency} feedback={feedback} />
      )}
    </Card>
  );
}

function Slide({ byUrgency, feedback }: { byUrgency: readonly number[]; feedback: readonly Feedback[] }) {
  const [threshold, setThreshold] = useState(0.9);
  const id = useId();
  const before = above(byUrgency, ALERT);
  const after = above(byUrgency, threshold);
  const wrong = falseAlarms(feedback, threshold);
  return (
    <div className={styles.simulator}>
      <p className={styles.result} aria-live="polite">
        <span>
          <strong>{formatCount(before)}</strong> above {formatScore(ALERT)}
        </span>
        <span aria-hidden="true">→</span>
        <span className="visually-hidden">would be</span>
        <span>
          <strong>{formatCount(after)}</strong> above {formatScore(threshold)}
        </span>
        <span className={styles.difference}>{differenceOf(before, after)}</span>
      </p>
      <Histogram byUrgency={byUrgency} threshold={threshold} />
      <label htmlFor={id} className={styles.label}>
        Threshold <output htmlFor={id}>{formatScore(threshold)}</output>
      </label>
      <input
        id={id}
        type="range"
        className={styles.slider}
        min={0.05}
        max={0.95}
        step={BIN}
        value={threshold}
        onChange={(event) => setThreshold(Math.round(Number(event.target.value) / BIN) * BIN)}
      />
      <p className={styles.words}>
        {threshold < ALERT - BIN / 2
          ? "No destination can be set so low: below 0.8 nothing is alerted. This shows what nobody is told."
          : "A destination's threshold can only rise above 0.8; it is the field threshold of the destinations document."}{" "}
        {wrong > 0 && `Of those above it, people said of ${formatCounted(wrong, "ticket")} that it was 0.5 or less.`}
      </p>
    </div>
  );
}

function differenceOf(before: number, after: number): string {
  if (before === after) return "no difference";
  return after < before ? `${formatCount(before - after)} fewer` : `${formatCount(after - before)} more`;
}

function Histogram({ byUrgency, threshold }: { byUrgency: readonly number[]; threshold: number }) {
  const most = Math.max(1, ...byUrgency);
  const first = Math.round(threshold / BIN);
  return (
    <figure className={styles.figure}>
      <div
        className={styles.bars}
        role="img"
        aria-label={`Tickets by S in bins of 0.05, from 0: ${byUrgency.join(", ")}`}
      >
        {byUrgency.map((count, bin) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
          <span key={bin} className={styles.place} title={`S ${binWords(bin)}: ${formatCounted(count, "ticket")}`}>
            <span className={styles.count}>{count > 0 && shortCount(count)}</span>
            <span
              className={cx(styles.bar, bin >= first && styles.alerted)}
              style={{ height: `${(count / most) * 100}%` }}
            />
          </span>
        ))}
      </div>
      <figcaption className={styles.axis} aria-hidden="true">
        {[0, 0.2, 0.4, 0.6, 0.8, 1].map((at) => (
          <span key={at}>{at}</span>
        ))}
      </figcaption>
    </figure>
  );
}

/** A bar is narrow: `980`, `1.1k`. */
function shortCount(count: number): string {
  return count < 1000 ? String(count) : `${(count / 1000).toFixed(1)}k`;
}

function binWords(bin: number): string {
  return `${formatScore(bin * BIN)} to ${formatScore((bin + 1) * BIN)}`;
}
