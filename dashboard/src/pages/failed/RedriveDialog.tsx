import { useCallback } from "react";
import { api, read } from "@/api/client";
import { BulkDialog, type BulkWords } from "@/components/bulk/BulkDialog";
import type { Call } from "@/components/bulk/bulk";
import { REDRIVEN } from "@/format/failure";
import { formatCounted } from "@/format/number";
import type { DeadLetterFilters } from "./useDeadLetters";

/** Which dead letters: some by their ids, or all that a filter keeps; an empty filter keeps all. */
export type Which = { ids: readonly string[] } | DeadLetterFilters;
type Props = { which: Which; onClose: () => void; onDone: () => void };

export function RedriveDialog({ which, onClose, onDone }: Props) {
  const call = useCallback<Call>(
    async ({ dryRun, perMinute, cursor }, signal) => {
      const chosen = "ids" in which ? { ids: [...which.ids] } : { ...which, all: true };
      const body = { ...chosen, per_minute: perMinute, dry_run: dryRun, ...(cursor && { cursor }) };
      const report = await read(api.POST("/dead-letters/redrive", { body, signal }));
      return {
        outcomes: report.results.map(({ outcome }) => outcome),
        spreadS: report.spread_s,
        cursor: report.cursor,
      };
    },
    [which],
  );
  return (
    <BulkDialog
      words={wordsFor(which)}
      rate={{ initial: 600, highest: 6000 }}
      call={call}
      onClose={onClose}
      onDone={onDone}
    />
  );
}

function wordsFor(which: Which): BulkWords {
  return {
    title: "Redrive",
    about: (
      <p>
        {told(which)}. A failed ticket is opened again and queued; an unreadable message goes back to its queue as it
        is. What fails once more comes back here.
      </p>
    ),
    one: "dead letter",
    many: "dead letters",
    confirm: (count) => `Redrive ${count}`,
    outcomes: REDRIVEN,
    would: "would-send",
  };
}

function told(which: Which): string {
  if ("ids" in which) return formatCounted(which.ids.length, "dead letter");
  const filtered = which.reason || which.since;
  return filtered ? "All dead letters that pass the filters of the page" : "All dead letters";
}
