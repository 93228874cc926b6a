import { Link } from "wouter";
import type { TicketDetail } from "@/api/types";
import { Card } from "@/components/Card";
import { Skeleton } from "@/components/Skeleton";
import { UrgencyMeter } from "@/components/UrgencyMeter";
import { formatScore } from "@/format/number";
import styles from "./Related.module.css";
import { pathOf, titleOf } from "./texts";
import { useTickets } from "./useTicket";

/** The tickets whose words mean the most similar things. */
export function Similar({ ticket }: { ticket: TicketDetail }) {
  const similar = ticket.similar ?? [];
  const tickets = useTickets(similar.map(({ ticket_id }) => ticket_id));
  if (ticket.status !== "scored") return null;
  return (
    <Card title="Similar tickets" flush>
      {similar.length === 0 ? (
        <p className={styles.none}>
          {ticket.degraded ? "None: the word list, which scored it, does not compare texts." : "None is like it."}
        </p>
      ) : (
        <ul>
          {similar.map(({ ticket_id, similarity }, index) => (
            <li key={ticket_id}>
              <Link href={pathOf(ticket_id)} className={styles.similar}>
                <Other ticket={tickets[index]} id={ticket_id} />
                <span className={styles.figure} title="Cosine of the embeddings; 1 means the same">
                  {formatScore(similarity)} alike
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Other({ ticket, id }: { ticket: TicketDetail | null | undefined; id: string }) {
  if (ticket === undefined) return <Skeleton lines={1} />;
  if (ticket === null) return <span className={styles.muted}>{id} is gone</span>;
  return (
    <>
      <span className={styles.title}>{titleOf(ticket)}</span>
      <UrgencyMeter score={ticket.urgency_score} band={ticket.urgency_band} compact />
    </>
  );
}
