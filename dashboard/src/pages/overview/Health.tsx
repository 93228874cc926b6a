import type { ReactNode } from "react";
import { Link } from "wouter";
import { useModel } from "@/api/queries";
import type { Changes, Stats } from "@/api/types";
import { Card } from "@/components/Card";
import { type Status, StatusWord } from "@/components/StatusWord";
import { RelativeTime } from "@/components/Time";
import { formatCount, formatCounted } from "@/format/number";
import { useLivePart } from "@/live/LiveProvider";
import styles from "./Health.module.css";
import { links } from "./links";
import { RowSkeleton } from "./RowSkeleton";

function modelNote(state: Changes["health"]["model"], version: string | undefined): string {
  if (state === "degraded") return "The word list stands in for it";
  if (state === "unknown") return "Nothing scored in the last hour";
  return version ?? "";
}

/** How each part is doing: a word, since when, and where to look. */
export function Health({ stats }: { stats: Stats | undefined }) {
  const { data: model } = useModel();
  const health = useLivePart((state) => state.health);
  const failing = health?.destinations.filter(({ state }) => state !== "ok") ?? [];
  const fine = (health?.destinations.length ?? 0) - failing.length;
  return (
    <Card title="Health" flush>
      {!health ? (
        <RowSkeleton rows={4} label="Loading health" />
      ) : (
        <ul>
          <Part name="Queue" status={health.queues} href={links.oldest}>
            {depthOf(stats)}
          </Part>
          <Part name="Store" status={health.store}>
            Redis answers
          </Part>
          <Part name="Model" status={health.model} href={links.model}>
            {modelNote(health.model, model?.model_version)}
          </Part>
          {failing.map(({ id, state, since }) => (
            <Part key={id} name={id} status={state ?? "unknown"} href={links.destination(id)}>
              {since && (
                <>
                  since <RelativeTime at={since} />
                </>
              )}
            </Part>
          ))}
          {health.destinations.length === 0 ? (
            <Part name="Destinations" status="unknown">
              None is set up, or their list cannot be read
            </Part>
          ) : (
            fine > 0 && (
              <Part name="Destinations" status="ok" href={links.deliveries}>
                {failing.length === 0 ? formatCounted(fine, "destination") : `${formatCount(fine)} others`}
              </Part>
            )
          )}
        </ul>
      )}
    </Card>
  );
}

function depthOf(stats: Stats | undefined): string {
  if (!stats) return "";
  if (!stats.queues) return "SQS did not say what waits";
  const lanes = Object.entries(stats.queues).map(([lane, { waiting }]) => `${lane} ${formatCount(waiting)}`);
  return `Waiting: ${lanes.join(", ")}`;
}

type PartProps = { name: string; status: Status; href?: string; children?: ReactNode };

function Part({ name, status, href, children }: PartProps) {
  return (
    <li className={styles.part}>
      <span className={styles.name}>{href ? <Link href={href}>{name}</Link> : name}</span>
      <span className={styles.note}>{children}</span>
      <StatusWord status={status} />
    </li>
  );
}
