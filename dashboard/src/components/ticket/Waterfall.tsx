import type { Delivery, TicketDetail } from "@/api/types";
import { cx } from "@/components/cx";
import { formatDuration } from "@/format/number";
import styles from "./Waterfall.module.css";
import { type Bar, type Panel, type Row, type Stage, ticks, waterfall } from "./waterfallRows";

const STAGES: Record<Stage, string> = {
  queue: "waiting in the queue",
  scoring: "scoring",
  saving: "claims and rounding",
  wait: "waiting for the try",
  attempt: "accepted by the receiver",
  refused: "try that failed",
};

type Props = { ticket: TicketDetail; deliveries: readonly Delivery[] };

/** Where the time went, from the moment the ticket was accepted. */
export function Waterfall({ ticket, deliveries }: Props) {
  const { scoring, dispatch, oneAxis } = waterfall(ticket, deliveries);
  const total = ticket.timings.total_ms;
  if (scoring.rows.length === 0) return <p className={styles.note}>{untimed(ticket)}</p>;
  return (
    <div className={styles.waterfall}>
      <Axis panel={scoring} />
      <Rows panel={scoring} />
      {total !== null && (
        <div className={cx(styles.row, styles.sum)}>
          <span className={styles.label}>Accepted to scored</span>
          <span className={styles.ms}>{formatDuration(total)}</span>
          <span className={styles.notes} />
        </div>
      )}
      {dispatch && (
        <>
          {oneAxis ? <div className={styles.rule} /> : <Axis panel={dispatch} title="After scoring, on its own axis" />}
          <Rows panel={dispatch} />
        </>
      )}
      <p className={styles.note}>
        Times come from several clocks and in whole milliseconds: a few of them mean nothing.
        {dispatch && " A try begins its latency before the time that was noted at its end."}
      </p>
    </div>
  );
}

function untimed({ status }: TicketDetail): string {
  return status === "failed" ? "It was never scored, so it has no times." : "It has not reached a worker yet.";
}

function Axis({ panel, title = "" }: { panel: Panel; title?: string }) {
  return (
    <div className={cx(styles.row, styles.axis)}>
      <span className={styles.label}>{title}</span>
      <span className={styles.track} aria-hidden="true">
        {ticks(panel.fromMs, panel.toMs).map((at) => (
          <span key={at} className={styles.tick} style={{ left: `${place(panel, at)}%` }}>
            {formatDuration(at)}
          </span>
        ))}
      </span>
    </div>
  );
}

function Rows({ panel }: { panel: Panel }) {
  return (
    <ul>
      {panel.rows.map((row) => (
        <li key={row.id} className={styles.row}>
          <span className={styles.label} title={row.label}>
            {row.label}
          </span>
          <span className={styles.ms}>{row.ms === null ? "…" : formatDuration(row.ms)}</span>
          <Track panel={panel} row={row} />
          <span className={styles.notes}>{row.notes.join(", ")}</span>
        </li>
      ))}
    </ul>
  );
}

function Track({ panel, row }: { panel: Panel; row: Row }) {
  return (
    <span className={styles.track}>
      {row.bars.map((bar) => (
        <span
          key={`${bar.stage}${bar.fromMs}`}
          className={cx(styles.bar, styles[bar.stage])}
          title={tell(bar)}
          style={{
            left: `${place(panel, bar.fromMs)}%`,
            width: `${place(panel, bar.toMs) - place(panel, bar.fromMs)}%`,
          }}
        />
      ))}
    </span>
  );
}

function tell({ stage, fromMs, toMs }: Bar): string {
  return `${STAGES[stage]}: ${formatDuration(toMs - fromMs)}, from ${formatDuration(fromMs)} on`;
}

/** Percent from the left. */
function place({ fromMs, toMs }: Panel, atMs: number): number {
  return toMs > fromMs ? (100 * (atMs - fromMs)) / (toMs - fromMs) : 0;
}
