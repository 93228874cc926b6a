import { Coffee } from "lucide-react";
import { useRef } from "react";
import { Link } from "wouter";
import type { Ticket } from "@/api/types";
import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { CategoryTag } from "@/components/CategoryTag";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { SentimentWord } from "@/components/SentimentWord";
import { RelativeTime } from "@/components/Time";
import { UrgencyMeter } from "@/components/UrgencyMeter";
import { useHold } from "@/components/useHold";
import { BAND_FLOORS } from "@/format/band";
import { formatCount } from "@/format/number";
import { useServerTime } from "@/live/clock";
import { useTicketList } from "@/live/lists";
import { links } from "./links";
import { RowSkeleton } from "./RowSkeleton";
import styles from "./Urgent.module.css";

const SHOWN = 8;
const HOUR_MS = 3_600_000;
const STEP_MS = 15 * 60_000;
const ABOVE_HIGH = BAND_FLOORS.high + 0.0001; // S has four decimals; a band begins above its floor

/** What was accepted in the last hour and is critical or high, the most urgent first. */
export function Urgent() {
  const { held, hold } = useHold();
  const { rows, list } = useUrgent(held);
  const pending = Math.min(list.pending, SHOWN);
  return (
    <Card
      title="Most urgent now"
      note="S above 0.6, last hour"
      className={styles.card}
      flush
      actions={
        <>
          {pending > 0 && (
            <Button variant="primary" onClick={list.showPending}>
              {formatCount(list.pending)} new
            </Button>
          )}
          <Link href={links.queue} className={styles.all}>
            All in the queue
          </Link>
        </>
      }
    >
      {list.error && rows.length === 0 ? (
        <div className={styles.problem}>
          <ErrorState error={list.error} onRetry={list.retry} />
        </div>
      ) : list.loading && rows.length === 0 ? (
        <RowSkeleton rows={SHOWN} label="Loading the most urgent tickets" />
      ) : rows.length === 0 ? (
        <div className={styles.middle}>
          <EmptyState icon={Coffee} title="Nothing urgent in the last hour">
            <Link href={links.critical}>Look at all critical tickets</Link> or{" "}
            <Link href="/try">send one to try it</Link>
          </EmptyState>
        </div>
      ) : (
        <ol {...hold}>
          {rows.map((ticket) => (
            <UrgentRow key={ticket.ticket_id} ticket={ticket} />
          ))}
        </ol>
      )}
    </Card>
  );
}

/** The first rows of the live list; those of before while the hour moves on and the next are fetched. */
function useUrgent(held: boolean) {
  const now = useServerTime((ms) => Math.floor(ms / 60_000) * 60_000);
  const fixed = useRef(now);
  if (!held) fixed.current = now;
  const since = String(Math.floor((fixed.current - HOUR_MS) / STEP_MS) * STEP_MS);
  const list = useTicketList({ sort: "-urgency_score", min_urgency: ABOVE_HIGH, since }, held);
  const before = useRef<readonly Ticket[]>([]);
  if (!list.loading) before.current = list.rows;
  const rows = before.current
    .filter((ticket) => Date.parse(ticket.accepted_at) >= fixed.current - HOUR_MS)
    .slice(0, SHOWN);
  return { rows, list };
}

function UrgentRow({ ticket }: { ticket: Ticket }) {
  return (
    <li className={styles.row}>
      <Link href={links.ticket(ticket.ticket_id)} className={styles.link}>
        <span className={styles.urgency}>
          <UrgencyMeter score={ticket.urgency_score} band={ticket.urgency_band} />
        </span>
        <span className={styles.title}>{ticket.subject || ticket.description}</span>
        <span className={styles.facts}>
          <CategoryTag category={ticket.category} />
          <SentimentWord sentiment={ticket.sentiment} />
          {ticket.incident_id && <span>In an incident</span>}
        </span>
        <span className={styles.time}>
          <RelativeTime at={ticket.accepted_at} />
        </span>
      </Link>
    </li>
  );
}
