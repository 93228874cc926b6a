import type { Stats } from "@/api/types";
import { RANGE_WORDS, type Range } from "@/app/range";
import { KpiTile } from "@/components/KpiTile";
import { Sparkline } from "@/components/Sparkline";
import { formatCount, formatCounted, formatDuration, formatShare, formatShort } from "@/format/number";
import { useLivePart } from "@/live/LiveProvider";
import { figureOf, sinceGap } from "./figure";
import styles from "./Kpis.module.css";
import { links } from "./links";
import { GOAL_MS } from "./series";

/** A ticket that waits longer makes the queue "behind". Source: `BEHIND_MS`, domain/pulse.py. */
const BEHIND_MS = 60_000;

/** Fewer steps make no course. */
const FEWEST = 3;

type Props = { stats: Stats | undefined; range: Range };

/** Is anyone waiting, what is urgent, is it OK? Each figure leads to the list behind it. */
export function Kpis({ stats, range }: Props) {
  const summary = useLivePart((state) => state.summary);
  const series = stats?.series ?? [];
  const course = (what: string, values: (number | null)[]) => {
    const known = sinceGap(values);
    return known.length >= FEWEST && Math.max(...known) > 0 ? (
      <Sparkline values={known} label={`${what}, ${RANGE_WORDS[range].toLowerCase()}`} width={40} height={22} />
    ) : undefined;
  };
  const p95 = summary?.total_p95_ms ?? null;
  const p95Figure = figureOf(p95);
  const oldest = figureOf(summary?.oldest_wait_ms ?? null);
  const ended = (summary?.delivered_1h ?? 0) + (summary?.exhausted_1h ?? 0);
  const count = (value: number | undefined) => (value === undefined ? null : formatShort(value));

  return (
    <section className={styles.strip} aria-label="Now">
      <KpiTile
        label="Accepted"
        value={count(summary?.accepted_per_min)}
        unit="/min"
        note={stats && `${formatCount(stats.counters.accepted)}, ${RANGE_WORDS[range].toLowerCase()}`}
        href={links.accepted}
        chart={course(
          "Tickets accepted",
          series.map(({ accepted }) => accepted),
        )}
      />
      <KpiTile
        label="In flight"
        value={count(summary?.in_flight)}
        note={summary && (summary.in_flight === 0 ? "Nobody waits" : "Not scored yet")}
        href={links.inFlight}
      />
      <KpiTile
        label="Oldest wait"
        value={summary ? (oldest?.value ?? "None") : null}
        {...(oldest && { unit: oldest.unit })}
        note={summary && `Behind from ${formatDuration(BEHIND_MS)}`}
        href={links.oldest}
        tone={(summary?.oldest_wait_ms ?? 0) > BEHIND_MS ? "failing" : "neutral"}
      />
      <KpiTile
        label="Latency, p95"
        value={summary ? (p95Figure?.value ?? "None") : null}
        {...(p95Figure && { unit: p95Figure.unit })}
        note={summary && (p95 === null ? "No ticket in the last hour" : `Goal ${formatDuration(GOAL_MS)} · last hour`)}
        href={links.scored}
        tone={(p95 ?? 0) > GOAL_MS ? "warning" : "neutral"}
        chart={course(
          "p95",
          series.map(({ total_ms }) => total_ms.p95),
        )}
      />
      <KpiTile
        label="Urgent, last hour"
        value={count(summary?.urgent_1h)}
        note={summary && formatCounted(summary.open_incidents, "open incident")}
        href={links.urgent}
        chart={course(
          "Urgent tickets",
          series.map(({ urgent }) => urgent),
        )}
      />
      <KpiTile
        label="Deliveries, last hour"
        value={summary ? (ended === 0 ? "None" : formatShare(summary.delivered_1h / ended).replace(" %", "")) : null}
        {...(ended > 0 && { unit: "% ok" })}
        note={
          summary &&
          (summary.exhausted_1h > 0
            ? `${formatCount(summary.exhausted_1h)} exhausted`
            : `${formatCount(summary.pending_deliveries)} pending`)
        }
        href={links.lastHour(summary && summary.exhausted_1h > 0 ? "exhausted" : undefined)}
        tone={(summary?.exhausted_1h ?? 0) > 0 ? "failing" : "neutral"}
      />
      <KpiTile
        label="Dead letters"
        value={count(summary?.dead_letters)}
        note={summary && (summary.dead_letters === 0 ? "Nothing is stuck" : "Wait for an operator")}
        href={links.failed}
        tone={(summary?.dead_letters ?? 0) > 0 ? "failing" : "neutral"}
      />
    </section>
  );
}
