import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import { keys } from "@/api/queries";
import type { TicketDetail } from "@/api/types";
import { cx } from "@/components/cx";
import { StatusWord } from "@/components/StatusWord";
import { UrgencyMeter } from "@/components/UrgencyMeter";
import { BAND_FLOORS } from "@/format/band";
import { formatDuration } from "@/format/number";
import styles from "./Follow.module.css";
import { isGone, nextLookMs, type StepState, stepsOf } from "./progress";
import type { Posted } from "./useSubmit";

/** Ask for a ticket until nothing more will happen to it. */
function useFollowed({ answer, postedAt }: Posted) {
  const id = answer?.ticket_id ?? "";
  return useQuery<TicketDetail, ApiError>({
    queryKey: keys.ticket(id, "followed"),
    queryFn: ({ signal }) =>
      read(
        api.GET("/tickets/{ticket_id}", {
          params: { path: { ticket_id: id }, query: { include: "deliveries" } },
          signal,
        }),
      ),
    enabled: answer !== null,
    refetchInterval: ({ state }) => nextLookMs(state.data, state.error, Date.now() - postedAt),
  });
}

export function FollowedTicket({ posted }: { posted: Posted }) {
  const { data: ticket, error } = useFollowed(posted);
  const { draft, answer, refusal, tookMs } = posted;
  const name = draft.subject || draft.description || draft.ticketId;
  if (!answer) {
    return (
      <li className={styles.ticket}>
        <p className={styles.name}>{name}</p>
        <Refusal refusal={refusal} tookMs={tookMs} />
      </li>
    );
  }
  if (isGone(error)) {
    return (
      <li className={styles.ticket}>
        <p className={styles.name}>{name}</p>
        <p>It was deleted.</p>
      </li>
    );
  }
  const steps = stepsOf(ticket);
  return (
    <li className={styles.ticket}>
      <p className={styles.name}>
        <Link href={`/tickets/${encodeURIComponent(answer.ticket_id)}`}>{name}</Link>
      </p>
      <ol className={styles.steps}>
        <Step title="Answered" state="done">
          {answer.duplicate ? "202, a duplicate" : "202"} in {formatDuration(tookMs)}
          <small>
            {answer.lane} lane, first guess {answer.urgency_score.toFixed(2)}
          </small>
        </Step>
        <Step title="Queued" state={steps.queue}>
          {ticket?.timings.queue_ms == null ? "waiting" : formatDuration(ticket.timings.queue_ms)}
        </Step>
        <Step title="Scored" state={steps.scoring}>
          <Scored ticket={ticket} />
        </Step>
        <Step title="Told" state={steps.alerts}>
          <Told ticket={ticket} />
        </Step>
      </ol>
    </li>
  );
}

/** Why it was not accepted: the fields at fault if there are any, which say more than the whole. */
function Refusal({ refusal, tookMs }: { refusal: ApiError | null; tookMs: number }) {
  if (!refusal) return null;
  const { status, title, detail, errors } = refusal;
  return (
    <>
      <p className={styles.failing}>
        {status > 0 && `${status} in ${formatDuration(tookMs)}: `}
        {title}
        {errors.length === 0 && `. ${detail}`}
      </p>
      <ul>
        {errors.map((error) => (
          <li key={error.pointer + error.detail}>
            <code>{error.pointer || "/"}</code> {error.detail}
          </li>
        ))}
      </ul>
    </>
  );
}

function Step({ title, state, children }: { title: string; state: StepState; children: ReactNode }) {
  return (
    <li className={cx(styles.step, styles[state])} aria-current={state === "now" ? "step" : undefined}>
      <span className={styles.stepTitle}>{title}</span>
      <span className={styles.stepBody}>{children}</span>
    </li>
  );
}

function Scored({ ticket }: { ticket: TicketDetail | undefined }) {
  if (ticket?.status === "failed") return <>failed: {ticket.failure}</>;
  if (ticket?.status !== "scored") return <>waiting</>;
  return (
    <>
      <UrgencyMeter score={ticket.urgency_score} band={ticket.urgency_band} compact />
      <small>
        {ticket.category}, {formatDuration(ticket.timings.total_ms ?? 0)} after the 202
      </small>
    </>
  );
}

function Told({ ticket }: { ticket: TicketDetail | undefined }) {
  if (ticket?.status !== "scored") return <>waiting</>;
  if (ticket.alerts.length === 0) return <Untold ticket={ticket} />;
  return (
    <ul className={styles.alerts}>
      {ticket.alerts.map(({ destination, status, digest_id }) => (
        <li key={destination}>
          <StatusWord status={status} />
          <Link href={`/deliveries?id=${encodeURIComponent(`${ticket.ticket_id}~${destination}`)}`}>{destination}</Link>
          {digest_id && <small>{status === "pending" ? "waits for a digest" : "told by a digest"}</small>}
        </li>
      ))}
    </ul>
  );
}

/** Why no alert was made. */
function Untold({ ticket: { urgency_score, incident_id } }: { ticket: TicketDetail }) {
  if ((urgency_score ?? 0) <= BAND_FLOORS.critical) return <>nobody: S is not above {BAND_FLOORS.critical}</>;
  if (incident_id === null) return <>nobody: no destination wants it</>;
  return (
    <>
      by its <Link href={`/incidents/${incident_id}`}>incident</Link>
    </>
  );
}
