import { MoreHorizontal, Terminal, Trash2 } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api/session";
import type { TicketDetail } from "@/api/types";
import { IconButton } from "@/components/Button";
import { CategoryTag } from "@/components/CategoryTag";
import { CopyButton } from "@/components/CopyButton";
import { Menu, MenuItem } from "@/components/Menu";
import { SentimentWord } from "@/components/SentimentWord";
import { Badge, StatusWord } from "@/components/StatusWord";
import { RelativeTime } from "@/components/Time";
import { toast } from "@/components/Toast";
import { UrgencyMeter } from "@/components/UrgencyMeter";
import { formatShare } from "@/format/number";
import { DeleteTicket } from "./DeleteTicket";
import styles from "./TicketHeader.module.css";
import { curlOf, linkOf, titleOf } from "./texts";

/** What one must know at once, and what one can do with the ticket as a whole. */
export function TicketHeader({ ticket, onDeleted }: { ticket: TicketDetail; onDeleted: () => void }) {
  const [deleting, setDeleting] = useState(false);
  const mayOperate = useMay("operate");
  return (
    <header className={styles.header}>
      <div className={styles.top}>
        <h2 className={styles.title}>{titleOf(ticket)}</h2>
        <div className={styles.actions}>
          <CopyButton text={() => linkOf(ticket.ticket_id)}>Copy link</CopyButton>
          <Menu trigger={<IconButton icon={MoreHorizontal} label="More" />} label="Ticket">
            <MenuItem icon={Terminal} onSelect={() => void copyCurl(ticket.ticket_id)}>
              Copy as curl
            </MenuItem>
            <MenuItem
              icon={Trash2}
              disabled={!mayOperate}
              hint={mayOperate ? undefined : "needs the scope operate"}
              onSelect={() => setDeleting(true)}
            >
              Delete
            </MenuItem>
          </Menu>
        </div>
      </div>
      <div className={styles.facts}>
        <UrgencyMeter score={ticket.urgency_score} band={ticket.urgency_band} />
        <StatusWord status={ticket.status} />
        {ticket.category !== null && (
          <span className={styles.category}>
            <CategoryTag category={ticket.category} />
            {ticket.category_confidence !== null && (
              <span className={styles.confidence} title="Calibrated probability of the category">
                {formatShare(ticket.category_confidence)}
              </span>
            )}
          </span>
        )}
        {ticket.sentiment !== null && <SentimentWord sentiment={ticket.sentiment} />}
        {ticket.needs_review && <Badge tone="warning">Needs review</Badge>}
        {ticket.degraded && <Badge tone="warning">Scored by the word list</Badge>}
        <span className={styles.age}>
          <RelativeTime at={ticket.accepted_at} />
        </span>
      </div>
      {deleting && <DeleteTicket ticket={ticket} onClose={() => setDeleting(false)} onDeleted={onDeleted} />}
    </header>
  );
}

async function copyCurl(id: string) {
  try {
    await navigator.clipboard.writeText(curlOf(id));
    toast("Copied. Put your key into $KEY first.");
  } catch {
    toast("The browser did not allow to copy.");
  }
}
