import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { api, read } from "@/api/client";
import { type ApiError, toApiError } from "@/api/problem";
import { useMay } from "@/api/session";
import type { TicketDetail } from "@/api/types";
import { Button } from "@/components/Button";
import { ErrorState } from "@/components/ErrorState";
import { formatCounted } from "@/format/number";
import styles from "./Failure.module.css";

/** Words for the reasons. Source: DeadLetter.reason, domain/record.py. */
const REASONS: Record<string, string> = {
  poison: "Scoring it failed or killed the worker each time.",
  "dead-lettered": "Its message came back so often that SQS gave it up.",
  overdue: "It had no result long after it was accepted, and sending it again did not help.",
};

/** Why a ticket failed, and the way back. */
export function Failure({ ticket }: { ticket: TicketDetail }) {
  const [state, setState] = useState<"idle" | "busy" | ApiError | { outcome: string }>("idle");
  const mayOperate = useMay("operate");
  const reason = ticket.failure ?? "unknown";

  async function redrive() {
    setState("busy");
    try {
      const { results } = await read(
        api.POST("/dead-letters/redrive", { body: { ids: [ticket.ticket_id], all: false, dry_run: false } }),
      );
      setState({ outcome: results[0]?.outcome ?? "not-found" });
    } catch (thrown) {
      setState(toApiError(thrown));
    }
  }

  return (
    <section className={styles.failure} aria-label="Failure">
      <div className={styles.words}>
        <p className={styles.title}>
          It failed after {formatCounted(ticket.attempts, "attempt")}: <code>{reason}</code>
        </p>
        <p>{REASONS[reason] ?? "The worker gave it up."} Nobody was alerted.</p>
        {typeof state === "object" && "outcome" in state && (
          <p role="status">{state.outcome === "sent" ? "It is on its queue again." : `Not sent: ${state.outcome}.`}</p>
        )}
      </div>
      <Button
        icon={RotateCcw}
        busy={state === "busy"}
        disabled={!mayOperate}
        title={mayOperate ? "Put it on its queue again" : "This key lacks the scope operate"}
        onClick={() => void redrive()}
      >
        Redrive
      </Button>
      {typeof state === "object" && "title" in state && <ErrorState error={state} />}
    </section>
  );
}
