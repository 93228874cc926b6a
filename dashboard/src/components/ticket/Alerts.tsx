import { RotateCw } from "lucide-react";
import type { Delivery, TicketDetail } from "@/api/types";
import { Card } from "@/components/Card";
import { ErrorState } from "@/components/ErrorState";
import { OperatorButton } from "@/components/OperatorButton";
import { StatusWord } from "@/components/StatusWord";
import { RelativeTime } from "@/components/Time";
import { useReplay } from "@/components/useReplay";
import { formatCounted, formatDuration } from "@/format/number";
import { useServerTime } from "@/live/clock";
import styles from "./Alerts.module.css";

/** Who was told of the ticket, with each try. */
export function Alerts({ ticket }: { ticket: TicketDetail }) {
  const deliveries = ticket.deliveries ?? [];
  if (ticket.status !== "scored") return null;
  return (
    <Card title="Alerts" note={deliveries.length > 0 && formatCounted(deliveries.length, "destination")} flush>
      {deliveries.length === 0 ? (
        <p className={styles.none}>{whyNone(ticket)}</p>
      ) : (
        <ul>
          {deliveries.map((delivery) => (
            <Alert key={delivery.id} delivery={delivery} ticket={ticket} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function whyNone({ urgency_band, incident_id }: TicketDetail): string {
  if (urgency_band !== "critical") return "None: S is not above 0.8.";
  if (incident_id !== null) return "None of its own: people hear of it through its incident.";
  return "None: no destination takes this category, language and S.";
}

function Alert({ delivery, ticket }: { delivery: Delivery; ticket: TicketDetail }) {
  const told = ticket.alerts.find(({ destination }) => destination === delivery.destination);
  return (
    <li className={styles.alert}>
      <div className={styles.head}>
        <span className={styles.destination}>{delivery.destination}</span>
        {delivery.kind && <span className={styles.kind}>{delivery.kind}</span>}
        <StatusWord status={delivery.status} />
        {delivery.replayable && <Replay delivery={delivery} />}
      </div>
      {delivery.digest_id && (
        <p className={styles.muted}>
          In a digest (<code>{delivery.digest_id}</code>): the destination’s hourly budget was spent.
        </p>
      )}
      {told?.fallback && <p className={styles.muted}>{told.fallback} was told, too, as this one did not take it.</p>}
      {told?.fallback_for && (
        <p className={styles.muted}>Told in place of {told.fallback_for}, which did not take it.</p>
      )}
      {delivery.log.length > 0 && <Attempts delivery={delivery} />}
      {delivery.next_at !== null && <NextTry at={delivery.next_at} />}
    </li>
  );
}

function NextTry({ at }: { at: string }) {
  const due = useServerTime((now) => (Date.parse(at) <= now ? "due" : "later"));
  return <p className={styles.muted}>Next try {due === "due" ? "is due" : <RelativeTime at={at} />}</p>;
}

function Attempts({ delivery: { log, attempts } }: { delivery: Delivery }) {
  const first = attempts - log.length + 1;
  return (
    <ol className={styles.attempts}>
      {log.map((attempt, index) => (
        <li key={attempt.at + attempt.latency_ms} className={styles.attempt}>
          <span className={styles.number}>{first + index}</span>
          <span className={attempt.error === null ? styles.good : styles.bad}>
            {attempt.status === null ? "no answer" : `HTTP ${attempt.status}`}
          </span>
          <span className={styles.latency}>{formatDuration(attempt.latency_ms)}</span>
          <span className={styles.error}>{attempt.error && <code>{attempt.error}</code>}</span>
          <span className={styles.when}>
            <RelativeTime at={attempt.at} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Replay({ delivery }: { delivery: Delivery }) {
  const { mutate, isPending, error } = useReplay(delivery.id);
  return (
    <>
      <OperatorButton
        icon={RotateCw}
        className={styles.replay}
        busy={isPending}
        title="Send it once more, under the same webhook-id"
        onClick={() => mutate()}
      >
        Replay
      </OperatorButton>
      {error && (
        <div className={styles.problem}>
          <ErrorState error={error} />
        </div>
      )}
    </>
  );
}
