import { Link } from "wouter";
import type { Incident } from "@/api/types";
import { Card } from "@/components/Card";
import { CategoryTag } from "@/components/CategoryTag";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { StatusWord } from "@/components/StatusWord";
import { RelativeTime } from "@/components/Time";
import { formatCount, formatCounted, formatScore } from "@/format/number";
import { useLivePart } from "@/live/LiveProvider";
import { useIncidentList } from "@/live/lists";
import styles from "./Incidents.module.css";
import { links } from "./links";
import { RowSkeleton } from "./RowSkeleton";

const SHOWN = 3;
const ONGOING: readonly Incident["status"][] = ["open", "acknowledged", "muted"];

/** Incidents that are not over, the one heard of last first. */
export function Incidents() {
  const list = useIncidentList({}, false);
  const ongoing = list.rows.filter(({ status }) => ONGOING.includes(status));
  // The list has only its first page; the figure is of all.
  const open = useLivePart(({ summary }) => summary?.open_incidents ?? 0);
  const more = Math.max(open, ongoing.length) - SHOWN;
  return (
    <Card
      title="Open incidents"
      flush
      actions={
        <Link href={links.incidents} className={styles.all}>
          {more > 0 ? `${formatCount(more)} more` : "All incidents"}
        </Link>
      }
    >
      {list.error && list.rows.length === 0 ? (
        <div className={styles.problem}>
          <ErrorState error={list.error} onRetry={list.retry} />
        </div>
      ) : list.loading ? (
        <RowSkeleton rows={2} label="Loading incidents" />
      ) : ongoing.length === 0 ? (
        <EmptyState title="No open incident">Urgent tickets that tell of the same thing become one.</EmptyState>
      ) : (
        <ul>
          {ongoing.slice(0, SHOWN).map((incident) => (
            <IncidentRow key={incident.incident_id} incident={incident} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function IncidentRow({ incident }: { incident: Incident }) {
  return (
    <li className={styles.row}>
      <Link href={links.incident(incident.incident_id)} className={styles.link}>
        <span className={styles.title}>{incident.title || "Without a sample"}</span>
        <span className={styles.count}>{formatCounted(incident.count, "ticket")}</span>
        <span className={styles.facts}>
          <StatusWord status={incident.status} />
          <CategoryTag category={incident.category} />
          <span>S up to {formatScore(incident.max_urgency)}</span>
        </span>
        <span className={styles.time}>
          <RelativeTime at={incident.last_seen} />
        </span>
      </Link>
    </li>
  );
}
