import { useMutation } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import type { TicketDetail } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { OperatorButton } from "@/components/OperatorButton";
import { REDRIVEN, reasonMeaning, reasonWords } from "@/format/failure";
import { formatCounted } from "@/format/number";
import styles from "./Failure.module.css";

/** Why a ticket failed, and the way back. */
export function Failure({ ticket }: { ticket: TicketDetail }) {
  const { mutate, isPending, data, error } = useMutation<string, ApiError, void>({
    async mutationFn() {
      const { results } = await read(api.POST("/dead-letters/redrive", { body: { ids: [ticket.ticket_id] } }));
      return results[0]?.outcome ?? "not-found";
    },
  });
  const reason = ticket.failure ?? "unknown";
  return (
    <section className={styles.failure} aria-label="Failure">
      <div className={styles.words}>
        <p className={styles.title}>
          {reasonWords(reason)}, after {formatCounted(ticket.attempts, "attempt")}
        </p>
        <p>{reasonMeaning(reason)} Nobody was alerted.</p>
        {data && <p role="status">{`It is ${REDRIVEN[data] ?? data}.`}</p>}
      </div>
      <OperatorButton icon={RotateCcw} busy={isPending} title="Put it on its queue again" onClick={() => mutate()}>
        Redrive
      </OperatorButton>
      {error && <ErrorState error={error} />}
    </section>
  );
}
