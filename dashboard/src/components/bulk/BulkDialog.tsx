import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { type ApiError, toApiError } from "@/api/problem";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorState } from "@/components/ErrorState";
import { Skeleton } from "@/components/Skeleton";
import { TextField } from "@/components/TextField";
import { formatCounted, formatDuration } from "@/format/number";
import styles from "./BulkDialog.module.css";
import { BulkProgress } from "./BulkProgress";
import { type Call, type Counted, countAll, doAll, NOT_BEGUN, type Progress } from "./bulk";

export type BulkWords = {
  title: string;
  /** What it will be done to, and what that means. */
  about: ReactNode;
  one: string;
  many: string;
  /** `Send 12 deliveries again`. */
  confirm: (count: string) => string;
  /** What an outcome of the API means, by its name. */
  outcomes: Readonly<Record<string, string>>;
  /** The outcome by which the dry run says that it would be done. */
  would: string;
};

/** How many a minute. Source: `per_minute` of the call in docs/openapi.json. */
export type Rate = { initial: number; highest: number };

type BulkDialogProps = {
  words: BulkWords;
  rate: Rate;
  call: Call;
  onClose: () => void /** Something was done. */;
  onDone: () => void;
};

/** Dry run, count, rate, confirmation, progress. Mount it to open it. */
export function BulkDialog({ words, rate: { initial, highest }, call, onClose, onDone }: BulkDialogProps) {
  const id = useId();
  const [rate, setRate] = useState(String(initial));
  const { running, progress, error, start, stop } = useBulk(call, onDone);
  const counted = useQuery<Counted, ApiError>({
    queryKey: ["dry-run", id],
    queryFn: ({ signal }) => countAll(call, highest, signal),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY, // what was counted stays in sight while it is done
    retry: false,
  });
  const would = counted.data?.tally[words.would] ?? 0;
  const perMinute = Number(rate);
  const valid = Number.isInteger(perMinute) && perMinute >= 1 && perMinute <= highest;
  const begun = progress !== NOT_BEGUN || running;
  const ready = !begun && would > 0;
  return (
    <Dialog
      open
      title={words.title}
      onClose={onClose}
      footer={
        <>
          {running ? (
            <Button onClick={stop}>Stop</Button>
          ) : (
            <Button onClick={onClose}>{begun ? "Close" : "Cancel"}</Button>
          )}
          {ready && (
            <Button variant="primary" disabled={!valid} onClick={() => start(perMinute)}>
              {words.confirm(amount(would, counted.data?.more ?? false, words))}
            </Button>
          )}
        </>
      }
    >
      {!begun && <div>{words.about}</div>}
      {counted.isPending && <Skeleton lines={2} label="Counting" />}
      {counted.error && <ErrorState error={counted.error} onRetry={() => void counted.refetch()} />}
      {counted.data && !begun && <Count counted={counted.data} words={words} />}
      {ready && (
        <TextField
          label="How many a minute"
          type="number"
          min={1}
          max={highest}
          value={rate}
          onChange={(event) => setRate(event.target.value)}
          error={valid ? null : `A whole number from 1 to ${highest}`}
          hint={valid && duration(would, perMinute)}
        />
      )}
      {begun && <BulkProgress progress={progress} running={running} total={would} words={words} />}
      {error && <ErrorState error={error} />}
    </Dialog>
  );
}

function amount(count: number, more: boolean, { one, many }: BulkWords): string {
  return more ? `${formatCounted(count, one, many)} or more` : formatCounted(count, one, many);
}

function duration(count: number, perMinute: number): string {
  return count === 1
    ? "It goes out at once."
    : `The last one goes out after ${formatDuration(((count - 1) * 60_000) / perMinute)}.`;
}

/** What the dry run found. */
function Count({ counted: { tally, total, more }, words }: { counted: Counted; words: BulkWords }) {
  if (total === 0) return <p className={styles.count}>Nothing matches: there is nothing to do.</p>;
  return (
    <div role="status">
      <p className={styles.count}>{amount(total, more, words)}</p>
      <ul className={styles.tally}>
        {(tally[words.would] === total ? [] : Object.entries(tally)).map(([outcome, count]) => (
          <li key={outcome}>
            {formatCounted(count, words.one, words.many)}: {words.outcomes[outcome] ?? outcome}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Runs it; leaving the page stops it between two parts. */
function useBulk(call: Call, onDone: () => void) {
  const [progress, setProgress] = useState<Progress>(NOT_BEGUN);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const request = useRef<AbortController | null>(null);
  useEffect(() => () => request.current?.abort(), []);

  function start(perMinute: number) {
    const controller = new AbortController();
    request.current = controller;
    setRunning(true);
    setError(null);
    doAll(call, perMinute, setProgress, controller.signal)
      .catch((thrown: unknown) => {
        if (!controller.signal.aborted) setError(toApiError(thrown));
      })
      .finally(() => {
        setRunning(false);
        onDone();
      });
  }

  function stop() {
    request.current?.abort(new DOMException("stopped", "AbortError"));
    setProgress((before) => ({ ...before, waitUntil: null }));
  }
  return { running, progress, error, start, stop };
}
