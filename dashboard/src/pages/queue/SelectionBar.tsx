import { X } from "lucide-react";
import type { Ticket } from "@/api/types";
import { IconButton } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { formatCounted } from "@/format/number";
import { toCsv } from "./csv";
import styles from "./SelectionBar.module.css";

/** What one can do with the selected tickets; it floats, so that nothing moves when it comes. */
export function SelectionBar({ tickets, onClear }: { tickets: readonly Ticket[]; onClear: () => void }) {
  if (tickets.length === 0) return null;
  return (
    <section className={styles.bar} aria-label="Selected tickets">
      <span role="status">{formatCounted(tickets.length, "ticket")} selected</span>
      <CopyButton text={() => toCsv(tickets)}>Copy as CSV</CopyButton>
      <IconButton icon={X} label="Select none" onClick={onClear} />
    </section>
  );
}
