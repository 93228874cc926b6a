import type { UseQueryResult } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { ApiError } from "@/api/problem";
import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { FigureTable } from "@/components/FigureTable";
import { Skeleton } from "@/components/Skeleton";
import { RelativeTime } from "@/components/Time";
import { formatCount, formatCounted, formatScore, formatShare } from "@/format/number";
import { agreements, agreesOnUrgency, type Feedback } from "./agreement";
import styles from "./FeedbackCard.module.css";
import type { FeedbackPage } from "./useFeedback";

const EXPORT = "python -m local feedback export";
const SHOWN = 10;

/** What people said of the model's labels: how often they agree, each row, and how training gets them. */
export function FeedbackCard({ query }: { query: UseQueryResult<FeedbackPage, ApiError> }) {
  const { data, error, refetch } = query;
  const rows = data?.feedback ?? [];
  return (
    <Card
      title="Feedback"
      note={data && rows.length > 0 && (data.cursor ? `the newest ${rows.length}` : formatCounted(rows.length, "row"))}
    >
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton lines={6} label="Loading feedback" />
      ) : rows.length === 0 ? (
        <EmptyState title="Nobody has corrected a ticket yet">
          On a ticket's page one can say which category, urgency or sentiment would have been right.
        </EmptyState>
      ) : (
        <>
          <Agreements rows={rows} />
          <Rows rows={rows} />
        </>
      )}
      <p className={styles.export}>
        <code>{EXPORT}</code> writes them as labelled tickets, which <code>make model</code> trains on
        (models/data/README.md).
      </p>
    </Card>
  );
}

function Agreements({ rows }: { rows: readonly Feedback[] }) {
  return (
    <dl className={styles.agreements}>
      {agreements(rows).map(({ label, agreed, of }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {of === 0 ? (
              "Nothing said"
            ) : (
              <>
                <strong>{formatShare(agreed / of)}</strong> agree ({formatCount(agreed)} of {formatCount(of)})
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Rows({ rows }: { rows: readonly Feedback[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, SHOWN);
  return (
    <>
      <FigureTable
        label="What people said"
        head={["Ticket", "Category", "Urgency", "Sentiment", "Note", "Key", "When"]}
        className={styles.rows}
      >
        {shown.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Link href={`/tickets/${encodeURIComponent(row.ticket_id)}`}>{row.ticket_id}</Link>
            </th>
            <td>
              <Said was={row.said?.category} right={row.category} />
            </td>
            <td>
              <Urgency row={row} />
            </td>
            <td>
              <Said was={row.said?.sentiment} right={row.sentiment} />
            </td>
            <td className={styles.note}>{row.note}</td>
            <td>{row.key_name || row.key_id}</td>
            <td>
              <RelativeTime at={row.at} />
            </td>
          </tr>
        ))}
      </FigureTable>
      {rows.length > SHOWN && (
        <Button variant="quiet" onClick={() => setAll(!all)}>
          {all ? `Show the newest ${SHOWN}` : `Show all ${rows.length}`}
        </Button>
      )}
    </>
  );
}

function Urgency({ row: { urgency, said } }: { row: Feedback }) {
  if (urgency === null) return <Said was={null} right={null} />;
  const right = formatScore(urgency);
  if (!said) return <Said was={null} right={right} />;
  return (
    <Said was={agreesOnUrgency(urgency, said.urgency_score) ? right : formatScore(said.urgency_score)} right={right} />
  );
}

/** What the model said, and what is right by the person. */
function Said({ was, right }: { was: string | null | undefined; right: string | null }) {
  if (right === null) return <span className={styles.unsaid}>–</span>;
  if (!was || was === right) return <span>{right}</span>;
  return (
    <span>
      <del className={styles.was}>{was}</del> <strong>{right}</strong>
    </span>
  );
}
