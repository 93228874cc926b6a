import { useMay } from "@/api/session";
import type { Destination } from "@/api/types";
import { Button } from "@/components/Button";
import { cx } from "@/components/cx";
import { StatusWord } from "@/components/StatusWord";
import { RelativeTime } from "@/components/Time";
import { formatCounted, formatScore } from "@/format/number";
import { useLivePart } from "@/live/LiveProvider";
import styles from "./DestinationStrip.module.css";
import { TestResult } from "./TestResult";
import { useTest } from "./useTest";

type Props = { destination: Destination; chosen: boolean; onChoose: () => void };

export function DestinationCard({ destination, chosen, onChoose }: Props) {
  const may = useMay("operate");
  const test = useTest(destination.id);
  return (
    <li className={cx(styles.card, chosen && styles.chosen)}>
      <div className={styles.head}>
        <button
          type="button"
          className={styles.name}
          aria-pressed={chosen}
          title="Show its deliveries"
          onClick={onChoose}
        >
          {destination.id}
        </button>
        <span className={styles.kind}>{destination.kind}</span>
        <State destination={destination} />
      </div>
      <p className={styles.facts}>
        S above {formatScore(destination.threshold)}
        {destination.categories.length > 0 && `, only ${destination.categories.join(", ")}`}
        {destination.languages.length > 0 && `, language ${destination.languages.join(", ")}`}
        {destination.fallback && `; else ${destination.fallback}`}
      </p>
      <p className={styles.facts}>{budget(destination)}</p>
      <div className={styles.foot}>
        <Button
          disabled={!may}
          busy={test.busy}
          title={may ? undefined : "This key lacks the scope operate"}
          onClick={test.send}
        >
          Send a test
        </Button>
        <TestResult test={test} />
      </div>
    </li>
  );
}

function budget({ hourly_budget }: Destination): string {
  return hourly_budget === null ? "No limit of messages" : `At most ${formatCounted(hourly_budget, "message")} an hour`;
}

/** Its state; since when is told by the live figures. */
function State({ destination: { id, state, failures, paused_until, disabled_at } }: { destination: Destination }) {
  const since = useLivePart(({ health }) => health?.destinations.find((it) => it.id === id)?.since ?? disabled_at);
  const calm = useLivePart(({ health }) => health?.destinations.find((it) => it.id === id)?.state ?? state);
  if (calm === null) return <StatusWord status="unknown" />;
  return (
    <span className={styles.state}>
      <StatusWord status={calm} />
      {calm !== "ok" && since && (
        <span className={styles.facts}>
          since <RelativeTime at={since} />
          {failures ? `, ${formatCounted(failures, "failed try", "failed tries")} in a row` : ""}
        </span>
      )}
      {paused_until && Date.parse(paused_until) > Date.now() && (
        <span className={styles.facts}>
          next try <RelativeTime at={paused_until} />
        </span>
      )}
    </span>
  );
}
