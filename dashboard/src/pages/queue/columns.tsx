import { Link } from "wouter";
import type { Ticket } from "@/api/types";
import { CategoryTag } from "@/components/CategoryTag";
import type { Column } from "@/components/DataTable";
import { SentimentWord } from "@/components/SentimentWord";
import { Badge, StatusWord } from "@/components/StatusWord";
import { Age, Duration } from "@/components/Time";
import { titleOf } from "@/components/ticket/texts";
import { BandShape, UrgencyMeter } from "@/components/UrgencyMeter";
import { BAND_WORDS, bandOf } from "@/format/band";
import { formatScore } from "@/format/number";
import { alertState } from "./alertState";
import styles from "./columns.module.css";

const urgency: Column<Ticket> = {
  key: "urgency",
  header: "Urgency S",
  sortKey: "urgency_score",
  width: 176,
  cell: (ticket) => <UrgencyMeter score={ticket.urgency_score} band={ticket.urgency_band} />,
};

const age: Column<Ticket> = {
  key: "age",
  header: "Age",
  sortKey: "accepted_at",
  width: 80,
  align: "end",
  cell: (ticket) => <Age at={ticket.accepted_at} />,
};

/** For a table as wide as the page. */
export const WIDE: readonly Column<Ticket>[] = [
  urgency,
  { key: "ticket", header: "Ticket", cell: (ticket) => <Words ticket={ticket} /> },
  { key: "category", header: "Category", width: 156, cell: (ticket) => <Category ticket={ticket} /> },
  {
    key: "sentiment",
    header: "Sentiment",
    width: 100,
    hideBelow: 1440,
    cell: ({ sentiment }) => (sentiment === null ? "–" : <SentimentWord sentiment={sentiment} />),
  },
  { key: "state", header: "State", width: 120, cell: (ticket) => <State ticket={ticket} /> },
  {
    key: "lane",
    header: "Lane",
    width: 84,
    hideBelow: 1680,
    cell: ({ lane }) => <span className={styles.muted}>{lane}</span>,
  },
  {
    key: "total",
    header: "Latency",
    hint: "Accepted until scored",
    sortKey: "total_ms",
    width: 104,
    align: "end",
    hideBelow: 1024,
    cell: ({ latency_ms }) => <Duration ms={latency_ms} />,
  },
  age,
];

/** For a phone, and beside an open ticket: what is left of the columns stands below the words. */
export const NARROW: readonly Column<Ticket>[] = [
  {
    ...urgency,
    header: "S",
    width: 84,
    cell: (ticket) => <Score ticket={ticket} />,
  },
  {
    key: "ticket",
    header: "Ticket",
    cell: (ticket) => (
      <div className={styles.stack}>
        <Line ticket={ticket} />
        <div className={styles.below}>
          <CategoryTag category={ticket.category} />
          <State ticket={ticket} />
          <Marks ticket={ticket} />
        </div>
      </div>
    ),
  },
  { ...age, width: 76 },
];

function Score({ ticket: { urgency_score, urgency_band } }: { ticket: Ticket }) {
  if (urgency_score === null) return <span className={styles.muted}>–</span>;
  const band = urgency_band ?? bandOf(urgency_score);
  return (
    <span className={styles.score} title={BAND_WORDS[band]}>
      <BandShape band={band} />
      {formatScore(urgency_score)}
      <span className="visually-hidden"> {BAND_WORDS[band]}</span>
    </span>
  );
}

function Words({ ticket }: { ticket: Ticket }) {
  return (
    <div className={styles.words}>
      <Marks ticket={ticket} />
      <Line ticket={ticket} />
    </div>
  );
}

function Marks({ ticket: { incident_id, needs_review, degraded } }: { ticket: Ticket }) {
  return (
    <>
      {incident_id !== null && (
        <Link href={`/incidents/${incident_id}`} className={styles.chip}>
          Incident
        </Link>
      )}
      {needs_review && <Badge tone="warning">Review</Badge>}
      {degraded && <Badge tone="warning">Degraded</Badge>}
    </>
  );
}

function Line({ ticket }: { ticket: Ticket }) {
  return (
    <span className={styles.line}>
      <span className={styles.subject}>{titleOf(ticket)}</span>
      {ticket.subject && <span className={styles.muted}> {ticket.description}</span>}
    </span>
  );
}

function Category({ ticket: { category, category_confidence } }: { ticket: Ticket }) {
  if (category === null) return "–";
  return (
    <span className={styles.category}>
      <CategoryTag category={category} />
      {category_confidence !== null && <span className={styles.muted}>{formatScore(category_confidence)}</span>}
    </span>
  );
}

/** Alerted or not says more than scored; the ticket's own state stands only until then. */
function State({ ticket }: { ticket: Ticket }) {
  const state = alertState(ticket.alerts) ?? ticket.status;
  if (state !== "suppressed") return <StatusWord status={state} />;
  const inDigest = ticket.alerts.some(({ digest_id }) => digest_id !== null);
  return <StatusWord status={state} word={inDigest ? "In a digest" : "By incident"} />;
}
