import { Link } from "wouter";
import type { Delivery } from "@/api/types";
import { CategoryTag } from "@/components/CategoryTag";
import type { Column } from "@/components/DataTable";
import { Stacked } from "@/components/Stacked";
import { StatusWord } from "@/components/StatusWord";
import { Duration, RelativeTime } from "@/components/Time";
import { UrgencyMeter } from "@/components/UrgencyMeter";
import { digestDelivery, lastAnswer, subjectOf } from "./subject";

export const COLUMNS: readonly Column<Delivery>[] = [
  { key: "status", header: "Status", width: 132, cell: ({ status }) => <StatusWord status={status} /> },
  { key: "about", header: "About", cell: (delivery) => <About delivery={delivery} /> },
  { key: "destination", header: "Destination", width: 140, cell: ({ destination }) => destination },
  {
    key: "category",
    header: "Category",
    width: 124,
    hideBelow: 1440,
    cell: ({ category }) => <CategoryTag category={category} />,
  },
  {
    key: "score",
    header: "S",
    width: 128,
    hideBelow: 1024,
    cell: ({ urgency_score }) => <UrgencyMeter score={urgency_score} compact />,
  },
  {
    key: "answer",
    header: "Last answer",
    width: 176,
    hideBelow: 640,
    cell: (delivery) => <Answer delivery={delivery} />,
  },
  { key: "attempts", header: "Tries", width: 60, align: "end", hideBelow: 1024, cell: ({ attempts }) => attempts },
  {
    key: "latency",
    header: "Latency",
    width: 84,
    align: "end",
    hideBelow: 1024,
    cell: ({ log }) => <Duration ms={log.at(-1)?.latency_ms ?? null} />,
  },
  {
    key: "changed",
    header: "Changed",
    width: 104,
    align: "end",
    hideBelow: 640,
    cell: (delivery) => <RelativeTime at={delivery.updated_at} />,
  },
];

/** Beside an open delivery there is less room. */
export const NARROW = COLUMNS.filter(({ key }) => ["status", "about", "destination", "changed"].includes(key));

/** On a phone a row has two lines. */
export const PHONE_COLUMNS: readonly Column<Delivery>[] = [
  {
    key: "about",
    header: "About",
    cell: (delivery) => (
      <Stacked
        below={
          <>
            {delivery.destination}, <Answer delivery={delivery} />
          </>
        }
      >
        <About delivery={delivery} />
      </Stacked>
    ),
  },
  {
    key: "status",
    header: "Status",
    width: 128,
    cell: (delivery) => (
      <Stacked below={<RelativeTime at={delivery.updated_at} />}>
        <StatusWord status={delivery.status} />
      </Stacked>
    ),
  },
];

function About({ delivery }: { delivery: Delivery }) {
  const { name, href } = subjectOf(delivery);
  return href ? <Link href={href}>{name}</Link> : name;
}

/** What was not sent singly is told by another message: which one. */
function Answer({ delivery }: { delivery: Delivery }) {
  if (delivery.digest_id) {
    return <Link href={`/deliveries?id=${encodeURIComponent(digestDelivery(delivery))}`}>in a digest</Link>;
  }
  if (delivery.status === "suppressed" && delivery.log.length === 0) return "by an incident";
  return lastAnswer(delivery);
}
