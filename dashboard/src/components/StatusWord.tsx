import { Ban, Check, CircleDashed, CircleDot, CircleSlash, type LucideIcon, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import type { components } from "@/api/schema";
import { cx } from "./cx";
import styles from "./StatusWord.module.css";

export type Tone = "ok" | "warning" | "failing" | "neutral" | "accent";

/** A word on a tinted ground. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={cx(styles.badge, styles[tone])}>{children}</span>;
}

type Schemas = components["schemas"];
export type Status =
  | Schemas["TicketResource"]["status"]
  | Schemas["DeliveryStatus"]
  | Schemas["IncidentStatus"]
  | NonNullable<Schemas["DestinationHealth"]["state"]>
  | Schemas["RouterHealth"]["queues" | "model" | "status"];

// One shape and one word each, so that colour never says it alone.
const STATES: Record<Status, [tone: Tone, icon: LucideIcon, word: string]> = {
  accepted: ["neutral", CircleDashed, "Accepted"],
  scored: ["ok", Check, "Scored"],
  failed: ["failing", X, "Failed"],
  pending: ["neutral", CircleDashed, "Pending"],
  delivered: ["ok", Check, "Delivered"],
  exhausted: ["failing", X, "Exhausted"],
  suppressed: ["neutral", CircleSlash, "Suppressed"],
  open: ["failing", CircleDot, "Open"],
  acknowledged: ["warning", Check, "Acknowledged"],
  muted: ["neutral", CircleSlash, "Muted"],
  resolved: ["ok", Check, "Resolved"],
  closed: ["neutral", Check, "Closed"],
  ok: ["ok", Check, "OK"],
  failing: ["failing", TriangleAlert, "Failing"],
  disabled: ["failing", Ban, "Disabled"],
  degraded: ["warning", TriangleAlert, "Degraded"],
  behind: ["warning", TriangleAlert, "Behind"],
  unknown: ["neutral", CircleDashed, "Unknown"],
};

/** The state of a ticket, delivery, incident, destination or part of the router; `word` where another says it better. */
export function StatusWord({ status, word }: { status: Status; word?: string }) {
  const [tone, Icon, usual] = STATES[status];
  return (
    <span className={cx(styles.word, styles[`${tone}Ink`])}>
      <Icon size={14} aria-hidden />
      {word ?? usual}
    </span>
  );
}
