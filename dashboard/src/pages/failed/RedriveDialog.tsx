import { useCallback } from "react";
import { api, read } from "@/api/client";
import { BulkDialog, type BulkWords } from "@/components/bulk/BulkDialog";
import type { Call } from "@/components/bulk/bulk";
import { formatCounted } from "@/format/number";

/** Which dead letters: some by their ids, or all there are. */
export type Which = { ids: readonly string[] } | { all: true };
type Props = { which: Which; onClose: () => void; onDone: () => void };

const OUTCOMES = {
  "would-send": "would be sent again",
  sent: "on the queue again",
  delayed: "open again, the queue did not take it yet: it is sent within minutes",
  "not-sent": "not taken by the queue: still a dead letter, try again",
  "not-failed": "not failed any more: nothing to do",
  "not-found": "gone",
  "store-unavailable": "not done, the store did not answer: still a dead letter, try again",
};

export function RedriveDialog({ which, onClose, onDone }: Props) {
  const call = useCallback<Call>(
    async ({ dryRun }, signal) => {
      const body = "ids" in which ? { ids: [...which.ids], dry_run: dryRun } : { all: true, dry_run: dryRun };
      const report = await read(api.POST("/dead-letters/redrive", { body, signal }));
      return { outcomes: report.results.map(({ outcome }) => outcome), spreadS: 0, cursor: null };
    },
    [which],
  );
  return <BulkDialog words={wordsFor(which)} call={call} onClose={onClose} onDone={onDone} />;
}

function wordsFor(which: Which): BulkWords {
  const what = "ids" in which ? formatCounted(which.ids.length, "dead letter") : "All dead letters";
  return {
    title: "Redrive",
    about: (
      <p>
        {what}. A failed ticket is opened again and queued; an unreadable message goes back to its queue as it is. What
        fails once more comes back here.
      </p>
    ),
    one: "dead letter",
    many: "dead letters",
    confirm: (count) => `Redrive ${count}`,
    outcomes: OUTCOMES,
    would: "would-send",
  };
}
