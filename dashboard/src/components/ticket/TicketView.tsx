import type { TicketDetail } from "@/api/types";
import { Card } from "@/components/Card";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { JsonView } from "@/components/JsonView";
import { Skeleton } from "@/components/Skeleton";
import { Alerts } from "./Alerts";
import { Facts } from "./Facts";
import { Failure } from "./Failure";
import { Feedback } from "./Feedback";
import { IncidentOf } from "./IncidentOf";
import { Similar } from "./Related";
import { TicketHeader } from "./TicketHeader";
import styles from "./TicketView.module.css";
import { useTicket } from "./useTicket";
import { Waterfall } from "./Waterfall";
import { WhyThisScore } from "./WhyThisScore";

type Props = { id: string; onDeleted: () => void };

/** All there is to know of a ticket: a page of its own, or beside a list. It follows the ticket while it changes. */
export function TicketView({ id, onDeleted }: Props) {
  const { data, error, refetch } = useTicket(id);
  if (error?.status === 404)
    return (
      <EmptyState title="There is no such ticket">
        <p>
          <code>{id}</code> is not known: it was deleted, has expired, or never was.
        </p>
      </EmptyState>
    );
  if (!data) return error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Loading />;
  return (
    <div className={styles.view}>
      <TicketHeader ticket={data} onDeleted={onDeleted} />
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      <Parts ticket={data} />
    </div>
  );
}

function Parts({ ticket }: { ticket: TicketDetail }) {
  return (
    <div className={styles.parts}>
      <div className={styles.column}>
        {ticket.status === "failed" && <Failure ticket={ticket} />}
        <WhyThisScore ticket={ticket} />
        <Card title="Timeline">
          <div className={styles.container}>
            <Waterfall ticket={ticket} deliveries={ticket.deliveries ?? []} />
          </div>
        </Card>
        <div className={styles.container}>
          <Alerts ticket={ticket} />
        </div>
      </div>
      <div className={styles.column}>
        <Facts ticket={ticket} />
        {ticket.incident_id !== null && <IncidentOf id={ticket.incident_id} />}
        <div className={styles.container}>
          <Similar ticket={ticket} />
        </div>
        {ticket.status === "scored" && <Feedback ticket={ticket} />}
        <details className={styles.raw}>
          <summary>Raw JSON</summary>
          <JsonView value={ticket} label="The ticket as the API sends it" />
        </details>
      </div>
    </div>
  );
}

function Loading() {
  return (
    <div className={styles.view}>
      <Skeleton lines={2} label="Loading the ticket" />
      <div className={styles.parts}>
        <div className={styles.column}>
          <Card title="Text">
            <Skeleton lines={4} />
          </Card>
          <Card title="Why this score">
            <Skeleton lines={6} />
          </Card>
        </div>
        <div className={styles.column}>
          <Card title="Facts">
            <Skeleton lines={8} />
          </Card>
        </div>
      </div>
    </div>
  );
}
