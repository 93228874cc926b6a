import type { ReactNode } from "react";
import { Link } from "wouter";
import type { TicketDetail } from "@/api/types";
import { Card } from "@/components/Card";
import { AbsoluteTime } from "@/components/Time";
import styles from "./Facts.module.css";
import { signed } from "./terms";

/** Where the ticket comes from and how it was handled; a link shows the others of the same kind. */
export function Facts({ ticket }: { ticket: TicketDetail }) {
  return (
    <Card title="Facts">
      <dl className={styles.facts}>
        <Fact name="Ticket">
          <code>{ticket.ticket_id}</code>
        </Fact>
        <Fact name="Accepted">
          <AbsoluteTime at={ticket.accepted_at} />
        </Fact>
        {ticket.scored_at !== null && (
          <Fact name="Scored">
            <AbsoluteTime at={ticket.scored_at} />
          </Fact>
        )}
        <Fact name="Customer">{ticket.customer && <Others filter="customer" value={ticket.customer} />}</Fact>
        <Fact name="Channel">{ticket.channel && <Others filter="channel" value={ticket.channel} />}</Fact>
        <Fact name="Lane">
          <Others filter="lane" value={ticket.lane} />
        </Fact>
        {ticket.sentiment !== null && ticket.sentiment_score !== null && (
          <Fact name="Sentiment">
            {ticket.sentiment} {signed(ticket.sentiment_score)}
            <span className={styles.muted}> of −1 to 1</span>
          </Fact>
        )}
        <Fact name="Attempts">{ticket.attempts}</Fact>
        <Fact name="Model">{ticket.model_version && <code>{ticket.model_version}</code>}</Fact>
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children || <span className={styles.muted}>none</span>}</dd>
    </div>
  );
}

function Others({ filter, value }: { filter: "customer" | "channel" | "lane"; value: string }) {
  return <Link href={`/queue?${new URLSearchParams({ [filter]: value })}`}>{value}</Link>;
}
