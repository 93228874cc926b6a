import type { Destination } from "@/api/types";
import { cx } from "@/components/cx";
import { OperatorButton } from "@/components/OperatorButton";
import { StatusWord } from "@/components/StatusWord";
import { RelativeTime } from "@/components/Time";
import { formatCounted, formatScore } from "@/format/number";
import { useLivePart } from "@/live/LiveProvider";
import styles from "./DestinationStrip.module.css";
import { TestResult } from "./TestResult";
import { useTest } from "./useTest";

type Props = { destination: Destination; chosen: boolean; onChoose: () => void };

export function DestinationCard({ destination, chosen, onChoose }: Props) {
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
      <Trouble destination={destination} />
      <Budget destination={destination} />
      <div className={styles.foot}>
        <OperatorButton busy={test.busy} onClick={test.send}>
          Send a test
        </OperatorButton>
        <TestResult test={test} />
      </div>
    </li>
  );
}

function Budget({ destination: { hourly_budget, budget_used } }: { destination: Destination }) {
  if (hourly_budget === null) return <p className={styles.facts}>No limit of messages</p>;
  if (budget_used === null) return <p className={styles.facts}>{formatCounted(hourly_budget, "message")} an hour</p>;
  const spent = budget_used >= hourly_budget;
  return (
    <div>
      <p className={styles.facts}>
        {budget_used} of {formatCounted(hourly_budget, "message")} in the last hour
        {spent && "; digests tell the rest"}
      </p>
      <meter
        className={cx(styles.meter, spent && styles.spent)}
        max={hourly_budget}
        value={budget_used}
        aria-label="Used of the hourly budget"
      />
    </div>
  );
}

/** Its state, by the live figures, which are newer than the list; and since when. */
function State({ destination }: { destination: Destination }) {
  const live = useLivePart(({ health }) => health?.destinations.find(({ id }) => id === destination.id) ?? destination);
  return <StatusWord status={live.state ?? "unknown"} />;
}

function Trouble({ destination: { id, state, since, failures, paused_until } }: { destination: Destination }) {
  const live = useLivePart(({ health }) => health?.destinations.find((it) => it.id === id) ?? null);
  const known = live ?? { state, since };
  if (known.state === null || known.state === "ok") return null;
  return (
    <p className={styles.facts}>
      {known.state === "disabled" ? "Answered 410" : told(failures)}
      {known.since && (
        <>
          {known.state === "disabled" ? ", " : ", since "}
          <RelativeTime at={known.since} />
        </>
      )}
      {known.state === "disabled" && ". A test that it takes enables it again"}
      {paused_until && (
        <>
          {". Next try "}
          <RelativeTime at={paused_until} />
        </>
      )}
    </p>
  );
}

function told(failures: number | null): string {
  return failures ? formatCounted(failures, "failed try in a row", "failed tries in a row") : "Its last try failed";
}
