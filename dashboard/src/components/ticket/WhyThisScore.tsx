import { useState } from "react";
import type { TicketDetail } from "@/api/types";
import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { ErrorState } from "@/components/ErrorState";
import { formatDuration, formatScore } from "@/format/number";
import { ScoreSteps } from "./ScoreSteps";
import { SegmentedText, SegmentList } from "./SegmentedText";
import { type Scored, useScored } from "./useTicket";
import styles from "./WhyThisScore.module.css";

/** The text, with the words that count on demand, and what S is made of. */
export function WhyThisScore({ ticket }: { ticket: TicketDetail }) {
  const [asked, setAsked] = useState(false);
  const scored = useScored(ticket.ticket_id, asked);
  const terms = ticket.explanation ?? [];
  return (
    <>
      <Card
        title="Text"
        actions={
          !scored.data && (
            <Button busy={scored.isFetching} onClick={() => (scored.isError ? void scored.refetch() : setAsked(true))}>
              {scored.isFetching ? "Asking the model" : "Mark what counts"}
            </Button>
          )
        }
      >
        {scored.data ? (
          <SegmentedText segments={scored.data.segments} />
        ) : (
          <p className={styles.text}>{ticket.description}</p>
        )}
        {scored.error && <ErrorState error={scored.error} onRetry={() => void scored.refetch()} />}
        {scored.data && <Pieces scored={scored.data} ticket={ticket} />}
      </Card>
      {ticket.urgency_score !== null && (
        <Card title="Why this score">
          {terms.length > 0 ? (
            <ScoreSteps terms={terms} score={ticket.urgency_score} />
          ) : (
            <p className={styles.note}>Its terms were not kept.</p>
          )}
        </Card>
      )}
    </>
  );
}

function Pieces({ scored, ticket }: { scored: Scored; ticket: TicketDetail }) {
  const before = ticket.urgency_score;
  const moved = before !== null && formatScore(scored.urgency_score) !== formatScore(before);
  const since = scored.model_version === ticket.model_version ? "" : ": the model has changed since";
  return (
    <div className={styles.pieces}>
      <h3 className={styles.heading}>What each piece does to S</h3>
      <SegmentList segments={scored.segments} />
      <p className={styles.note}>
        A figure is what S loses without that piece; they do not add up to S. Measured now in{" "}
        {formatDuration(scored.latency_ms)} by {scored.degraded ? "the word list" : `model ${scored.model_version}`}.
        {moved && ` Today the text gives S ${formatScore(scored.urgency_score)}${since}.`}
      </p>
    </div>
  );
}
