import { useQueryClient } from "@tanstack/react-query";
import { api, read } from "@/api/client";
import { keys } from "@/api/queries";
import type { TicketDetail } from "@/api/types";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { formatCounted } from "@/format/number";
import { titleOf } from "./texts";

type Props = { ticket: TicketDetail; onClose: () => void; onDeleted: () => void };

/** Asks before a ticket goes for good. */
export function DeleteTicket({ ticket, onClose, onDeleted }: Props) {
  const cache = useQueryClient();
  const params = { path: { ticket_id: ticket.ticket_id } };

  async function remove() {
    await read(api.DELETE("/tickets/{ticket_id}", { params }));
    onDeleted();
    cache.removeQueries({ queryKey: keys.ticket(ticket.ticket_id) });
  }

  return (
    <ConfirmDialog
      title="Delete this ticket?"
      onClose={onClose}
      dryRun={() => read(api.GET("/tickets/{ticket_id}", { params: { ...params, query: { include: "deliveries" } } }))}
      describe={({ deliveries = [] }) => (
        <p>
          “{titleOf(ticket)}” goes, with its text, score, embedding and {formatCounted(deliveries.length, "alert")}.
          What receivers were sent already stays with them. This cannot be undone.
        </p>
      )}
      count={() => 1}
      confirmLabel={() => "Delete ticket"}
      confirm={remove}
      danger
    />
  );
}
