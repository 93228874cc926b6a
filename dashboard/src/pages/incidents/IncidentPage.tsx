import { useQuery } from "@tanstack/react-query";
import { useParams } from "wouter";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { IncidentDetail } from "@/api/types";
import { Card } from "@/components/Card";
import { CategoryTag } from "@/components/CategoryTag";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Skeleton } from "@/components/Skeleton";
import { Sparkline } from "@/components/Sparkline";
import { StatusWord } from "@/components/StatusWord";
import { AbsoluteTime, RelativeTime } from "@/components/Time";
import { UrgencyMeter } from "@/components/UrgencyMeter";
import { formatCount } from "@/format/number";
import { Actions } from "./Actions";
import styles from "./IncidentPage.module.css";
import { titleOf, toldTo } from "./IncidentRow";
import { growth } from "./lifecycle";
import { Members } from "./Members";
import { Messages } from "./Messages";

export default function IncidentPage() {
  const { id = "" } = useParams<{ id: string }>();
  const { data, error, refetch } = useQuery<IncidentDetail, ApiError>({
    queryKey: keys.incident(id),
    queryFn: ({ signal }) =>
      read(api.GET("/incidents/{incident_id}", { params: { path: { incident_id: id } }, signal })),
  });
  if (error?.status === 404) {
    return (
      <EmptyState title="There is no such incident">
        It may have been kept no longer than its tickets, or the address is wrong.
      </EmptyState>
    );
  }
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Loading />;
  return <Shown incident={data} />;
}

function Shown({ incident }: { incident: IncidentDetail }) {
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div>
          <p className={styles.marks}>
            <StatusWord status={incident.status} />
            <CategoryTag category={incident.category} />
            <code>{incident.incident_id}</code>
          </p>
          <h2 className={styles.title}>{incident.title || titleOf(incident)}</h2>
        </div>
        <Facts incident={incident} />
      </header>
      <Actions incident={incident} />
      <div className={styles.columns}>
        <div className={styles.column}>
          <Card title="In their words" note="up to three of its tickets, without personal data">
            <Samples samples={incident.samples} />
          </Card>
          <Messages incident={incident} />
        </div>
        <Members incident={incident} />
      </div>
    </div>
  );
}

function Facts({ incident }: { incident: IncidentDetail }) {
  const times = (incident.tickets ?? []).map(({ accepted_at }) => accepted_at);
  return (
    <dl className={styles.facts}>
      <div>
        <dt>Tickets</dt>
        <dd>
          <span className={styles.figure}>{formatCount(incident.count)}</span>
          <Sparkline values={growth(times, incident.count)} width={88} label={`Grew to ${incident.count} tickets`} />
        </dd>
      </div>
      <div>
        <dt>Urgent, above 0.8</dt>
        <dd className={styles.figure}>{formatCount(incident.urgent_count)}</dd>
      </div>
      <div>
        <dt>Highest S</dt>
        <dd>
          <UrgencyMeter score={incident.max_urgency} />
        </dd>
      </div>
      <div>
        <dt>First seen</dt>
        <dd>
          <AbsoluteTime at={incident.first_seen} />
        </dd>
      </div>
      <div>
        <dt>Last seen</dt>
        <dd>
          <RelativeTime at={incident.last_seen} />
        </dd>
      </div>
      <div>
        <dt>Who knows</dt>
        <dd>{toldTo(incident)}</dd>
      </div>
    </dl>
  );
}

function Samples({ samples }: { samples: readonly string[] }) {
  if (samples.length === 0) return <p className={styles.muted}>The tickets that it was told by were deleted.</p>;
  return (
    <ul className={styles.samples}>
      {[...new Set(samples)].map((sample) => (
        <li key={sample}>{sample}</li>
      ))}
    </ul>
  );
}

function Loading() {
  return (
    <div className={styles.page}>
      <Skeleton lines={2} label="Loading the incident" />
      <div className={styles.columns}>
        <Card title="In their words">
          <Skeleton lines={3} />
        </Card>
        <Card title="Tickets">
          <Skeleton lines={8} />
        </Card>
      </div>
    </div>
  );
}
