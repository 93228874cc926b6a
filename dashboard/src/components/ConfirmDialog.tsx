import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import type { ApiError } from "@/api/problem";
import { toApiError } from "@/api/problem";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { ErrorState } from "./ErrorState";
import { Skeleton } from "./Skeleton";

type ConfirmDialogProps<Found> = {
  onClose: () => void;
  title: string;
  /** The dry run: asks the API what would be done. */
  dryRun: () => Promise<Found>;
  /** Says what was found, with its count. */
  describe: (found: Found) => ReactNode;
  /** How many things it would touch; with none there is nothing to confirm. */
  count: (found: Found) => number;
  confirmLabel: (count: number) => string;
  /** Does it; the dialog closes when it has been done. */
  confirm: (found: Found) => Promise<void>;
  danger?: boolean;
};

/** Asks before something is done to many: a dry run, what it found, then the word of a person. Mount it to open it. */
export function ConfirmDialog<Found>(props: ConfirmDialogProps<Found>) {
  const { onClose, title, dryRun, describe, count, confirmLabel, confirm, danger = false } = props;
  const id = useId(); // a dry run of its own for each dialog: its answer is worth nothing later
  const found = useQuery<Found, ApiError>({ queryKey: ["dry-run", id], queryFn: dryRun, gcTime: 0, staleTime: 0 });
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const total = found.data === undefined ? 0 : count(found.data);

  async function run(data: Found) {
    setBusy(true);
    setError(null);
    try {
      await confirm(data);
      onClose();
    } catch (thrown) {
      setError(toApiError(thrown));
      setBusy(false);
    }
  }

  const { data } = found;
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{total > 0 ? "Cancel" : "Close"}</Button>
          {data !== undefined && total > 0 && (
            <Button variant={danger ? "danger" : "primary"} busy={busy} onClick={() => void run(data)}>
              {confirmLabel(total)}
            </Button>
          )}
        </>
      }
    >
      {found.isPending && <Skeleton lines={2} label="Counting" />}
      {found.error && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {data !== undefined && describe(data)}
      {error && <ErrorState error={error} />}
    </Dialog>
  );
}
