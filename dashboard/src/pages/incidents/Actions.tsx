import { useMay } from "@/api/session";
import type { Incident } from "@/api/types";
import { Button } from "@/components/Button";
import { ErrorState } from "@/components/ErrorState";
import styles from "./IncidentPage.module.css";
import { ACTIONS, actionsFor } from "./lifecycle";
import { useIncidentAction } from "./useIncidentAction";

/** What an operator can do about it, with what each thing does beside its button. */
export function Actions({ incident }: { incident: Incident }) {
  const may = useMay("operate");
  const { mutate, isPending, variables, error } = useIncidentAction(incident.incident_id);
  const actions = actionsFor(incident.status);
  if (actions.length === 0) return null;
  return (
    <section aria-label="What to do about it" className={styles.actions}>
      {actions.map((action) => (
        <div key={action} className={styles.action}>
          <Button
            disabled={!may || isPending}
            busy={isPending && variables === action}
            aria-describedby={`does-${action}`}
            onClick={() => mutate(action)}
          >
            {ACTIONS[action].label}
          </Button>
          <p id={`does-${action}`}>{ACTIONS[action].does}</p>
        </div>
      ))}
      {!may && <p className={styles.muted}>This key lacks the scope operate, which these need.</p>}
      {error && <ErrorState error={error} />}
    </section>
  );
}
