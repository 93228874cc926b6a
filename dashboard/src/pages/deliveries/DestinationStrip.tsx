import { useDestinations } from "@/api/useDestinations";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Skeleton } from "@/components/Skeleton";
import { DestinationCard } from "./DestinationCard";
import styles from "./DestinationStrip.module.css";

type Props = { chosen: string; onChoose: (id: string) => void };

/** Where alerts go, and how each place takes them. */
export function DestinationStrip({ chosen, onChoose }: Props) {
  const { data, error, refetch } = useDestinations();
  return (
    <section aria-label="Destinations">
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <ul className={styles.strip}>
          {[0, 1, 2].map((place) => (
            <li key={place} className={styles.card}>
              <Skeleton lines={4} label="Loading destinations" />
            </li>
          ))}
        </ul>
      )}
      {data?.length === 0 && (
        <EmptyState title="There are no destinations">
          Nobody is told of urgent tickets. docs/deploying.md says how to add one; locally, .local/destinations.json.
        </EmptyState>
      )}
      <ul className={styles.strip}>
        {data?.map((destination) => (
          <DestinationCard
            key={destination.id}
            destination={destination}
            chosen={destination.id === chosen}
            onChoose={() => onChoose(destination.id)}
          />
        ))}
      </ul>
    </section>
  );
}
