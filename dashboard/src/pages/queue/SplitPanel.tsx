import { Maximize2, X } from "lucide-react";
import { Link } from "wouter";
import { useHotkeys } from "@/app/hotkeys";
import { IconButton } from "@/components/Button";
import { TicketView } from "@/components/ticket/TicketView";
import { pathOf } from "@/components/ticket/texts";
import styles from "./SplitPanel.module.css";

/** The chosen ticket beside the list. */
export function SplitPanel({ id, onClose }: { id: string; onClose: () => void }) {
  useHotkeys([{ keys: "Escape", does: "Close the ticket", run: onClose }]);
  return (
    <aside className={styles.panel} aria-label="Ticket">
      <div className={styles.bar}>
        <Link href={pathOf(id)} className={styles.whole}>
          <Maximize2 size={14} aria-hidden />
          Open as a page
        </Link>
        <IconButton icon={X} label="Close (Esc)" onClick={onClose} />
      </div>
      {/* Another ticket begins at its top, with nothing of the one before. */}
      <div key={id} className={styles.body}>
        <TicketView id={id} onDeleted={onClose} />
      </div>
    </aside>
  );
}
