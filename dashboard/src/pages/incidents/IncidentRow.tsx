import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, read } from "@/api/client";
import { keys } from "@/api/queries";
import type { Incident } from "@/api/types";
import { CategoryTag } from "@/components/CategoryTag";
import { Sparkline } from "@/components/Sparkline";
import { StatusWord } from "@/components/StatusWord";
import { RelativeTime } from "@/components/Time";
import { UrgencyMeter } from "@/components/UrgencyMeter";
import { formatCount } from "@/format/number";
import styles from "./IncidentsPage.module.css";
import { growth } from "./lifecycle";

/** The first sample, of which the API's title is the beginning: the page decides how much of it has room. */
export function titleOf({ samples, title, incident_id }: Incident): string {
  return samples[0] || title || `Incident ${incident_id.slice(4, 12)}`;
}

/** One incident of the list; the whole row leads to its page. */
export function IncidentRow({ incident, growing }: { incident: Incident; growing: boolean }) {
  return (
    <li className={styles.row}>
      <span className={styles.status}>
        <StatusWord status={incident.status} />
      </span>
      <div className={styles.what}>
        <Link href={`/incidents/${incident.incident_id}`} className={styles.title}>
          {titleOf(incident)}
        </Link>
        <p className={styles.facts}>
          <CategoryTag category={incident.category} />
          <span>
            first <RelativeTime at={incident.first_seen} />, last <RelativeTime at={incident.last_seen} />
          </span>
          <span>{toldTo(incident)}</span>
        </p>
      </div>
      <span className={styles.growth}>{growing && <Growth incident={incident} />}</span>
      <span className={styles.count}>
        <strong>{formatCount(incident.count)}</strong> {incident.count === 1 ? "ticket" : "tickets"}
        <span className={styles.urgent}>{formatCount(incident.urgent_count)} urgent</span>
      </span>
      <span className={styles.score}>
        <UrgencyMeter score={incident.max_urgency} compact />
      </span>
    </li>
  );
}

/** Who was told: `told ops-chat and oncall`. */
export function toldTo({ destinations, announced_at, status }: Incident): string {
  if (destinations.length > 3) return `told ${destinations.length} destinations`;
  if (destinations.length > 0) return `told ${new Intl.ListFormat("en-GB").format(destinations)}`;
  if (announced_at === null && status === "muted") return "muted before anybody was told";
  return announced_at === null
    ? "not announced: its urgent tickets are still told singly"
    : "announced, but no destination wants it";
}

/** How it grew; the list does not have that, so each row that is going on asks for its own. */
function Growth({ incident }: { incident: Incident }) {
  const { data } = useQuery({
    queryKey: keys.incident(incident.incident_id),
    queryFn: ({ signal }) =>
      read(api.GET("/incidents/{incident_id}", { params: { path: { incident_id: incident.incident_id } }, signal })),
  });
  if (!data) return null;
  const values = growth(
    (data.tickets ?? []).map(({ accepted_at }) => accepted_at),
    data.count,
  );
  return <Sparkline values={values} width={96} label={`Grew to ${data.count} tickets`} />;
}
