import { Link } from "wouter";
import type { DeadLetter } from "@/api/types";
import type { Column } from "@/components/DataTable";
import { Stacked } from "@/components/Stacked";
import { RelativeTime } from "@/components/Time";
import { reasonWords } from "@/format/failure";
import styles from "./FailedPage.module.css";
import { preview, stageOf } from "./reasons";

export const COLUMNS: readonly Column<DeadLetter>[] = [
  { key: "reason", header: "Reason", width: 160, cell: ({ reason }) => reasonWords(reason) },
  { key: "what", header: "What", cell: (letter) => <What letter={letter} /> },
  { key: "stage", header: "Stage", width: 100, hideBelow: 1024, cell: stageOf },
  { key: "source", header: "Queue", width: 240, hideBelow: 1440, cell: ({ source }) => source ?? "–" },
  { key: "age", header: "Given up", width: 110, align: "end", cell: ({ at }) => <RelativeTime at={at} /> },
];

/** Beside an open one there is less room. */
export const NARROW = COLUMNS.filter(({ key }) => ["reason", "what", "age"].includes(key));

/** On a phone a row has two lines. */
export const PHONE_COLUMNS: readonly Column<DeadLetter>[] = [
  {
    key: "what",
    header: "What",
    cell: (letter) => <Stacked below={<What letter={letter} />}>{reasonWords(letter.reason)}</Stacked>,
  },
  { key: "age", header: "Given up", width: 104, align: "end", cell: ({ at }) => <RelativeTime at={at} /> },
];

function What({ letter }: { letter: DeadLetter }) {
  const { ticket_id, body } = letter;
  return (
    <span className={styles.what}>
      {ticket_id && <Link href={`/tickets/${encodeURIComponent(ticket_id)}`}>{ticket_id}</Link>}
      {body !== null && <code className={styles.preview}>{preview(letter) || "an empty message"}</code>}
    </span>
  );
}
