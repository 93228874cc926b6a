import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { Changes } from "@/api/types";
import { RelativeTime } from "@/components/Time";
import { useLivePart } from "@/live/LiveProvider";
import styles from "./HealthBanner.module.css";

type Health = Changes["health"];

/** What is wrong, each with its cause and where to look; nothing while all is well. */
export function troubles(health: Health): { key: string; text: ReactNode; href: string; link: string }[] {
  const found = [];
  if (health.queues === "behind")
    found.push({
      key: "queues",
      text: "The queue is behind: a ticket has waited for more than 60 s.",
      href: "/queue?status=accepted&sort=accepted_at",
      link: "See what waits",
    });
  if (health.model === "degraded")
    found.push({
      key: "model",
      text: "The model does not answer: the word list scores tickets in its place, less exactly.",
      href: "/model",
      link: "See the model",
    });
  for (const { id, state, since } of health.destinations) {
    if (state !== "failing" && state !== "disabled") continue;
    const what = state === "failing" ? "does not take alerts" : "is disabled: it answered 410";
    found.push({
      key: `destination ${id}`,
      text: (
        <>
          Destination {id} {what}
          {since && (
            <>
              , first <RelativeTime at={since} />
            </>
          )}
          .
        </>
      ),
      href: `/deliveries?destination=${encodeURIComponent(id)}`,
      link: "See its deliveries",
    });
  }
  if (found.length === 0 && health.status === "degraded")
    found.push({
      key: "other",
      text: "The router is degraded: its destinations cannot be read.",
      href: "/deliveries",
      link: "See deliveries",
    });
  return found;
}

export function HealthBanner() {
  const health = useLivePart((state) => state.health);
  const found = health ? troubles(health) : [];
  return (
    <div role="status">
      {found.map(({ key, text, href, link }) => (
        <p key={key} className={styles.banner}>
          <TriangleAlert size={16} className={styles.icon} aria-hidden />
          <span>{text}</span>
          <Link href={href}>{link}</Link>
        </p>
      ))}
    </div>
  );
}
