import { Boxes } from "lucide-react";
import type { Incident } from "@/api/types";
import { oneOf, useUrlState } from "@/app/urlState";
import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { FilterTokens } from "@/components/FilterTokens";
import { Skeleton } from "@/components/Skeleton";
import { useHold } from "@/components/useHold";
import { formatCounted } from "@/format/number";
import { useIncidentList } from "@/live/lists";
import { IncidentRow } from "./IncidentRow";
import styles from "./IncidentsPage.module.css";
import { isOver, split } from "./lifecycle";

const STATUSES = ["open", "acknowledged", "muted", "resolved", "closed"] as const;
const STATE = { status: oneOf(STATUSES) };
const OPTIONS = [
  { value: "open", label: "Open" },
  { value: "acknowledged", label: "Acknowledged" },
  { value: "muted", label: "Muted" },
  { value: "resolved", label: "Resolved by an operator" },
  { value: "closed", label: "Closed after a quiet time" },
] as const;

export default function IncidentsPage() {
  const [{ status }, setState] = useUrlState(STATE);
  const { held, hold } = useHold();
  const list = useIncidentList(status === null ? {} : { status }, held);
  const { ongoing, over } = split(list.rows);
  const known = !list.loading && (!list.error || list.rows.length > 0);
  return (
    <div className={styles.page}>
      <div className={styles.filters}>
        <FilterTokens
          filters={[{ name: "status", label: "Status", value: status, options: OPTIONS }]}
          onChange={({ status: next }) =>
            setState({ status: STATUSES.find((each) => each === next) ?? null }, { push: true })
          }
        />
        {list.pending > 0 && <Button onClick={list.showPending}>{formatCounted(list.pending, "new incident")}</Button>}
      </div>
      {list.error && <ErrorState error={list.error} onRetry={list.retry} />}
      {list.loading && <Loading />}
      {known && list.rows.length === 0 && <Empty filtered={status !== null} />}
      <div className={styles.lists} {...hold}>
        {known && list.rows.length > 0 && (status === null || !isOver(status)) && (
          <Section title="Going on" incidents={ongoing} none="Nothing is going on." growing />
        )}
        {over.length > 0 && <Section title="Over" incidents={over} none="" />}
      </div>
      {list.hasMore && (
        <Button busy={list.loadingMore} onClick={list.loadMore}>
          Show older ones
        </Button>
      )}
    </div>
  );
}

type SectionProps = { title: string; incidents: readonly Incident[]; none: string; growing?: boolean };

function Section({ title, incidents, none, growing = false }: SectionProps) {
  return (
    <Card title={title} note={incidents.length || undefined} flush>
      {incidents.length === 0 ? (
        <p className={styles.none}>{none}</p>
      ) : (
        <ul>
          {incidents.map((incident) => (
            <IncidentRow key={incident.incident_id} incident={incident} growing={growing} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Empty({ filtered }: { filtered: boolean }) {
  if (filtered) return <EmptyState icon={Boxes} title="No incident has this status" />;
  return (
    <EmptyState icon={Boxes} title="There have been no incidents">
      When more than ten urgent tickets within five minutes are alike (unless set otherwise), they become one incident,
      and people hear of the incident instead of each ticket.
    </EmptyState>
  );
}

function Loading() {
  return (
    <Card title="Going on">
      <Skeleton lines={6} label="Loading incidents" />
    </Card>
  );
}
