import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { Link } from "wouter";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { components } from "@/api/schema";
import { useMay } from "@/api/session";
import type { Delivery } from "@/api/types";
import { Button } from "@/components/Button";
import { CategoryTag } from "@/components/CategoryTag";
import { ErrorState } from "@/components/ErrorState";
import { Skeleton } from "@/components/Skeleton";
import { StatusWord } from "@/components/StatusWord";
import { AbsoluteTime, Duration, RelativeTime } from "@/components/Time";
import { UrgencyMeter } from "@/components/UrgencyMeter";
import { useReplay } from "@/components/useReplay";
import styles from "./DeliveryPanel.module.css";
import { digestDelivery, subjectOf } from "./subject";

type Detail = components["schemas"]["DeliveryDetail"];
type Try = Detail["log"][number] | Delivery["log"][number];

/** One delivery, each try of it; what receivers answered is shown to operators alone, as the API does. */
export function DeliveryPanel({ id, row }: { id: string; row: Delivery | null }) {
  const may = useMay("operate");
  const { data, error, refetch } = useQuery<Detail, ApiError>({
    queryKey: keys.delivery(id),
    queryFn: ({ signal }) =>
      read(api.GET("/deliveries/{delivery_id}", { params: { path: { delivery_id: id } }, signal })),
    enabled: may && id !== "",
  });
  const delivery = data ?? row;
  if (!delivery && error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!delivery && !may) {
    return <p>This delivery is not in the list, and to read a single one a key needs the scope operate.</p>;
  }
  if (!delivery) return <Skeleton lines={8} label="Loading the delivery" />;
  return (
    <div className={styles.panel}>
      <Facts delivery={delivery} />
      <Again delivery={delivery} may={may} />
      <section aria-label="Tries">
        <h3 className={styles.heading}>
          Tries{delivery.attempts > delivery.log.length && `, the last ${delivery.log.length} of ${delivery.attempts}`}
        </h3>
        {delivery.log.length === 0 && <p className={styles.muted}>None yet.</p>}
        <ol className={styles.tries}>
          {delivery.log.map((attempt) => (
            <TryView key={attempt.at} attempt={attempt} />
          ))}
        </ol>
        {!may && <p className={styles.muted}>What a receiver answered is shown to keys with the scope operate.</p>}
      </section>
    </div>
  );
}

function Facts({ delivery }: { delivery: Delivery }) {
  const { name, href } = subjectOf(delivery);
  return (
    <dl className={styles.facts}>
      <dt>Status</dt>
      <dd>
        <StatusWord status={delivery.status} />
        {delivery.next_at && (
          <span className={styles.muted}>
            next try <RelativeTime at={delivery.next_at} />
          </span>
        )}
      </dd>
      <dt>About</dt>
      <dd>{href ? <Link href={href}>{name}</Link> : name}</dd>
      <dt>Destination</dt>
      <dd>
        {delivery.destination}
        <span className={styles.muted}>{delivery.kind ?? "no longer a destination"}</span>
      </dd>
      <dt>S</dt>
      <dd>
        <UrgencyMeter score={delivery.urgency_score} />
        <CategoryTag category={delivery.category} />
      </dd>
      {delivery.delivered_at && (
        <>
          <dt>Delivered</dt>
          <dd>
            <AbsoluteTime at={delivery.delivered_at} />
          </dd>
        </>
      )}
      {delivery.digest_id && (
        <>
          <dt>Digest</dt>
          <dd>
            <Link href={`/deliveries?id=${encodeURIComponent(digestDelivery(delivery))}`}>
              <code>{delivery.digest_id}</code>
            </Link>
          </dd>
        </>
      )}
      <dt>Webhook id</dt>
      <dd>
        <code>{delivery.webhook_id}</code>
      </dd>
    </dl>
  );
}

/** Send it once more. */
function Again({ delivery, may }: { delivery: Delivery; may: boolean }) {
  const { mutate, isPending, error } = useReplay(delivery.id);
  const why = !may
    ? "This key lacks the scope operate."
    : delivery.replayable
      ? "One more try, under the same webhook id: a receiver that kept the first one drops this one."
      : "It is still pending, and will be tried without your help.";
  return (
    <div className={styles.again}>
      <Button
        icon={RotateCcw}
        disabled={!may || !delivery.replayable}
        busy={isPending}
        aria-describedby="again-why"
        onClick={() => mutate()}
      >
        Send again
      </Button>
      <p id="again-why" className={styles.muted}>
        {why}
      </p>
      {error && <ErrorState error={error} />}
    </div>
  );
}

function TryView({ attempt }: { attempt: Try }) {
  const { at, status, error, latency_ms } = attempt;
  const reply = "reply" in attempt ? attempt.reply : "";
  return (
    <li className={styles.try}>
      <p className={styles.line}>
        <span className={error === null ? styles.ok : styles.failing}>
          {status === null ? "No answer" : `HTTP ${status}`}
        </span>
        {error && <code>{error}</code>}
        <span className={styles.latency}>
          <Duration ms={latency_ms} />
        </span>
      </p>
      <p className={styles.muted}>
        <AbsoluteTime at={at} />
      </p>
      {reply && <pre className={styles.reply}>{reply}</pre>}
    </li>
  );
}
