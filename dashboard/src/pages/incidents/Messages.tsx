import { Link } from "wouter";
import type { IncidentDetail } from "@/api/types";
import { Card } from "@/components/Card";
import { StatusWord } from "@/components/StatusWord";
import { AbsoluteTime } from "@/components/Time";
import { formatCounted } from "@/format/number";
import styles from "./IncidentPage.module.css";

type Message = NonNullable<IncidentDetail["messages"]>[number];

const PHASES: Record<Message["phase"], string> = {
  opened: "Announced",
  grown: "Grown",
  closed: "Summary",
};

/** Messages of one number went out together, to each destination one. */
function byUpdate(messages: readonly Message[]): [number, Message[]][] {
  const updates = new Map<number, Message[]>();
  for (const message of messages) updates.set(message.update, [...(updates.get(message.update) ?? []), message]);
  return [...updates].sort(([a], [b]) => b - a);
}

/** What people were told, newest first, and whether it arrived. */
export function Messages({ incident }: { incident: IncidentDetail }) {
  const updates = byUpdate(incident.messages ?? []);
  return (
    <Card title="Messages" note={formatCounted(incident.updates, "message")}>
      {updates.length === 0 ? (
        <p className={styles.muted}>
          {incident.announced_at === null
            ? "Nobody was told of it yet: its urgent tickets are still told singly."
            : "None of its messages was tried yet."}
        </p>
      ) : (
        <ol className={styles.timeline}>
          {updates.map(([update, messages]) => (
            <Update key={update} messages={messages} />
          ))}
        </ol>
      )}
    </Card>
  );
}

function Update({ messages }: { messages: readonly Message[] }) {
  const [first] = messages;
  if (!first) return null;
  return (
    <li>
      <p>
        <strong>{PHASES[first.phase]}</strong> at {formatCounted(first.urgent_count, "urgent ticket")} of {first.count}
      </p>
      <ul className={styles.sent}>
        {messages.map(({ delivery }) => (
          <li key={delivery.id}>
            <StatusWord status={delivery.status} />
            <Link href={`/deliveries?id=${encodeURIComponent(delivery.id)}`}>{delivery.destination}</Link>
            <span className={styles.muted}>
              <AbsoluteTime at={delivery.delivered_at ?? delivery.updated_at} />
            </span>
          </li>
        ))}
      </ul>
    </li>
  );
}
