import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { Link } from "wouter";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import { useMay } from "@/api/session";
import type { DeadLetter, TicketDetail } from "@/api/types";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { Skeleton } from "@/components/Skeleton";
import { StatusWord } from "@/components/StatusWord";
import { AbsoluteTime } from "@/components/Time";
import { reasonMeaning, reasonWords } from "@/format/failure";
import styles from "./FailedPage.module.css";
import { stageOf } from "./reasons";

type Props = { letter: DeadLetter | null; onRedrive: () => void };

export function DeadLetterPanel({ letter, onRedrive }: Props) {
  const may = useMay("operate");
  if (!letter) return <p>It is not among the dead letters any more: somebody redrove it, or its ticket was deleted.</p>;
  return (
    <div className={styles.panel}>
      <div>
        <h3>{reasonWords(letter.reason)}</h3>
        <p className={styles.muted}>{reasonMeaning(letter.reason)}</p>
      </div>
      <dl className={styles.facts}>
        <dt>Given up</dt>
        <dd>
          <AbsoluteTime at={letter.at} />
        </dd>
        <dt>Stage</dt>
        <dd>{stageOf(letter)}</dd>
        {letter.source && (
          <>
            <dt>Queue</dt>
            <dd>{letter.source}</dd>
          </>
        )}
        <dt>{letter.body === null ? "Ticket" : "Message"}</dt>
        <dd>
          <code>{letter.id}</code>
        </dd>
      </dl>
      <div>
        <Button icon={RotateCcw} disabled={!may} onClick={onRedrive}>
          Redrive
        </Button>
        {!may && <p className={styles.muted}>This key lacks the scope operate.</p>}
      </div>
      {letter.body === null ? <TicketOf id={letter.ticket_id ?? letter.id} /> : <Body body={letter.body} />}
    </div>
  );
}

/** The ticket that failed, as its record is now. */
function TicketOf({ id }: { id: string }) {
  const { data, error } = useQuery<TicketDetail, ApiError>({
    queryKey: keys.ticket(id),
    queryFn: ({ signal }) => read(api.GET("/tickets/{ticket_id}", { params: { path: { ticket_id: id } }, signal })),
  });
  if (error) return <p className={styles.muted}>Its record cannot be shown: {error.detail}</p>;
  if (!data) return <Skeleton lines={4} label="Loading the ticket" />;
  return (
    <section aria-label="Ticket">
      <dl className={styles.facts}>
        <dt>Status now</dt>
        <dd>
          <StatusWord status={data.status} />
        </dd>
        <dt>Attempts</dt>
        <dd>{data.attempts}</dd>
        {data.failure && (
          <>
            <dt>Failure</dt>
            <dd>
              <code>{data.failure}</code>
            </dd>
          </>
        )}
      </dl>
      <p className={styles.words}>
        {data.subject && <strong>{data.subject}</strong>} {data.description}
      </p>
      <Link href={`/tickets/${encodeURIComponent(id)}`}>Open the ticket</Link>
    </section>
  );
}

function Body({ body }: { body: string }) {
  return (
    <section aria-label="What the message holds" className={styles.body}>
      <div className={styles.bodyHead}>
        <h3>The message, at most its first 2,000 characters</h3>
        <CopyButton text={body} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{body || "(empty)"}</pre>
    </section>
  );
}
