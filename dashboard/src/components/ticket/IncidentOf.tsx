import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { IncidentDetail } from "@/api/types";
import { Card } from "@/components/Card";
import { ErrorState } from "@/components/ErrorState";
import { Skeleton } from "@/components/Skeleton";
import { StatusWord } from "@/components/StatusWord";
import { RelativeTime } from "@/components/Time";
import { formatCounted, formatScore } from "@/format/number";
import styles from "./IncidentOf.module.css";

/** The incident that the ticket belongs to. */
export function IncidentOf({ id }: { id: string }) {
  const { data, error, refetch } = useQuery<IncidentDetail, ApiError>({
    queryKey: keys.incident(id),
    queryFn: ({ signal }) =>
      read(api.GET("/incidents/{incident_id}", { params: { path: { incident_id: id } }, signal })),
  });
  return (
    <Card title="Incident" actions={<Link href={`/queue?incident=${id}`}>Its tickets</Link>}>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Skeleton lines={2} />}
      {data && (
        <div className={styles.incident}>
          <Link href={`/incidents/${id}`} className={styles.title}>
            {data.title || id}
          </Link>
          <p className={styles.facts}>
            <StatusWord status={data.status} />
            <span>{formatCounted(data.count, "ticket")}</span>
            <span>{formatCounted(data.urgent_count, "urgent one")}</span>
            <span>S up to {formatScore(data.max_urgency)}</span>
            <span>
              last <RelativeTime at={data.last_seen} />
            </span>
          </p>
        </div>
      )}
    </Card>
  );
}
