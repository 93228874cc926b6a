import { Link } from "wouter";
import type { IncidentDetail } from "@/api/types";
import { Card } from "@/components/Card";
import { RelativeTime } from "@/components/Time";
import { UrgencyMeter } from "@/components/UrgencyMeter";
import { formatCount, formatScore } from "@/format/number";
import styles from "./IncidentPage.module.css";

/** Its tickets, newest first. */
export function Members({ incident }: { incident: IncidentDetail }) {
  const tickets = incident.tickets ?? [];
  const listed =
    tickets.length < incident.count ? `the newest ${tickets.length} of ${formatCount(incident.count)}` : tickets.length;
  return (
    <Card title="Tickets" note={listed} flush>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Ticket</th>
            <th scope="col">S</th>
            <th scope="col" className={styles.number}>
              Similarity
            </th>
            <th scope="col" className={styles.number}>
              Accepted
            </th>
          </tr>
        </thead>
        <tbody>
          {tickets.map(({ ticket_id, urgency_score, similarity, accepted_at }) => (
            <tr key={ticket_id}>
              <th scope="row">
                <Link href={`/tickets/${encodeURIComponent(ticket_id)}`}>{ticket_id}</Link>
              </th>
              <td>
                <UrgencyMeter score={urgency_score} compact />
              </td>
              <td className={styles.number}>{similarity === 0 ? "first" : formatScore(similarity)}</td>
              <td className={styles.number}>
                <RelativeTime at={accepted_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.legend}>Similarity is the cosine with the ticket that was most like it when it joined.</p>
    </Card>
  );
}
