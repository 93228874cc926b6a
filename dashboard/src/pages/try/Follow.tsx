import { Card } from "@/components/Card";
import { EmptyState } from "@/components/EmptyState";
import { formatCounted } from "@/format/number";
import styles from "./Follow.module.css";
import { FollowedTicket } from "./FollowedTicket";
import type { Posted } from "./useSubmit";

/** What was posted from this page, and how far each has come. */
export function Follow({ posted }: { posted: readonly Posted[] }) {
  return (
    <Card title="Posted from this page" note={posted.length > 0 && formatCounted(posted.length, "ticket")} flush>
      {posted.length === 0 ? (
        <EmptyState title="Nothing yet">
          Post the ticket, and see here when it is answered, scored and told to people.
        </EmptyState>
      ) : (
        <ol className={styles.list}>
          {posted.map((each) => (
            <FollowedTicket key={each.key} posted={each} />
          ))}
        </ol>
      )}
    </Card>
  );
}
