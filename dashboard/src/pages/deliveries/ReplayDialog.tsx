import { useCallback, useState } from "react";
import { api, read } from "@/api/client";
import { BulkDialog, type BulkWords } from "@/components/bulk/BulkDialog";
import type { Call } from "@/components/bulk/bulk";
import { Select } from "@/components/Select";
import type { DeliveryFilters } from "@/live/lists";

const FINAL = ["exhausted", "delivered", "suppressed"] as const;
type Final = (typeof FINAL)[number];
const STATUS_WORDS: Record<Final, string> = {
  exhausted: "Exhausted: given up after the last try",
  delivered: "Delivered: receivers drop what they kept",
  suppressed: "Suppressed: told by an incident or a digest",
};

/** Send all deliveries that the filters of the page keep once more; pending ones are tried without that. */
export function ReplayDialog({ filters, onClose }: { filters: DeliveryFilters; onClose: () => void }) {
  const asked = FINAL.find((status) => status === filters.status);
  const [status, setStatus] = useState<Final>(asked ?? "exhausted");
  const { destination, category, since } = filters;
  const call = useCallback<Call>(
    async ({ dryRun, perMinute, cursor }, signal) => {
      const body = {
        status,
        ...(destination && { destination }),
        ...(category && { category }),
        ...(since && { since }),
        per_minute: perMinute,
        dry_run: dryRun,
        ...(cursor && { cursor }),
      };
      const report = await read(api.POST("/deliveries/replay", { body, signal }));
      return {
        outcomes: report.results.map(({ outcome }) => outcome),
        spreadS: report.spread_s,
        cursor: report.cursor,
      };
    },
    [status, destination, category, since],
  );
  return (
    <BulkDialog
      key={status}
      words={wordsFor(filters, status, setStatus)}
      rate={{ initial: 60, highest: 600 }}
      call={call}
      onClose={onClose}
      onDone={() => {}}
    />
  );
}

function wordsFor(filters: DeliveryFilters, status: Final, setStatus: (status: Final) => void): BulkWords {
  const kept = [
    filters.destination && `to ${filters.destination}`,
    filters.category && `of the category ${filters.category}`,
    filters.since && "within the time of the filter",
  ].filter(Boolean);
  return {
    title: "Send many again",
    about: (
      <>
        <Select
          label="Which ones"
          value={status}
          options={FINAL.map((value) => ({ value, label: STATUS_WORDS[value] }))}
          onChange={setStatus}
        />
        <p>
          All of this status{kept.length > 0 ? ` ${kept.join(", ")}` : ", to every destination"}. Each gets one more try
          under the webhook id that it had.
        </p>
      </>
    ),
    one: "delivery",
    many: "deliveries",
    confirm: (count) => `Send ${count} again`,
    outcomes: {
      "would-send": "would be sent again",
      queued: "on the way",
      "not-sent": "not taken by the queue, nothing has changed",
    },
    would: "would-send",
  };
}
