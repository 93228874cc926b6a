import { useState } from "react";
import type { TicketDetail } from "@/api/types";
import { Card } from "@/components/Card";
import { OperatorButton } from "@/components/OperatorButton";
import { RelativeTime } from "@/components/Time";
import { toast } from "@/components/Toast";
import { formatScore } from "@/format/number";
import styles from "./Feedback.module.css";
import { FeedbackForm } from "./FeedbackForm";

type Row = NonNullable<TicketDetail["feedback"]>[number];

/** What people said of the model's labels, and the way to say something. */
export function Feedback({ ticket }: { ticket: TicketDetail }) {
  const [open, setOpen] = useState(false);
  const rows = ticket.feedback ?? [];

  function thank() {
    setOpen(false);
    toast("Thank you. Of several opinions on one label, the last one counts.");
  }

  return (
    <Card
      title="Feedback"
      actions={
        !open && (
          <OperatorButton scope="submit" onClick={() => setOpen(true)}>
            {rows.length > 0 ? "Say more" : "Something is wrong"}
          </OperatorButton>
        )
      }
    >
      {rows.length > 0 && (
        <ul className={styles.rows}>
          {rows.map((row) => (
            <Opinion key={row.id} row={row} />
          ))}
        </ul>
      )}
      {rows.length === 0 && !open && (
        <p className={styles.muted}>
          Is the category, the urgency or the sentiment wrong? Say so: the next training learns from it.
        </p>
      )}
      {open && <FeedbackForm ticket={ticket} onDone={thank} onCancel={() => setOpen(false)} />}
    </Card>
  );
}

function Opinion({ row }: { row: Row }) {
  return (
    <li className={styles.row}>
      <p>{opinion(row) || "Only a note"}</p>
      {row.note && <p className={styles.note}>{row.note}</p>}
      <p className={styles.muted}>
        {row.key_name || row.key_id}, <RelativeTime at={row.at} />
      </p>
    </li>
  );
}

/** `Category Billing, not Technical. Urgency 0.75, not 0.40.` */
function opinion({ category, urgency, sentiment, said }: Row): string {
  return [
    category !== null && compare("Category", category, said?.category),
    urgency !== null && compare("Urgency", formatScore(urgency), said && formatScore(said.urgency_score)),
    sentiment !== null && compare("Sentiment", sentiment, said?.sentiment),
  ]
    .filter(Boolean)
    .join(" ");
}

function compare(name: string, right: string, said: string | null | undefined): string {
  if (!said) return `${name} ${right}.`;
  return said === right ? `${name} ${right} is right.` : `${name} ${right}, not ${said}.`;
}
