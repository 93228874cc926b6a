import { CircleAlert } from "lucide-react";
import type { ApiError } from "@/api/problem";
import { Button } from "./Button";
import styles from "./ErrorState.module.css";

/** Whether the detail says no more than what the fields at fault say, each with its name. */
function repeats({ detail, errors }: ApiError): boolean {
  return errors.length > 0 && errors.every((each) => detail.includes(each.detail));
}

/** A refusal or failure as the API told it: title, detail, the fields at fault, and the code to look it up by. */
export function ErrorState({ error, onRetry }: { error: ApiError; onRetry?: () => void }) {
  return (
    <div className={styles.error} role="alert">
      <CircleAlert size={16} className={styles.icon} aria-hidden />
      <div className={styles.words}>
        <p className={styles.title}>{error.title}</p>
        {!repeats(error) && <p>{error.detail}</p>}
        {error.errors.length > 0 && (
          <ul className={styles.fields}>
            {error.errors.map(({ pointer, detail }) => (
              <li key={pointer + detail}>
                {pointer && <code>{pointer}</code>} {detail}
              </li>
            ))}
          </ul>
        )}
        <p className={styles.code}>
          <code>{error.code}</code>
          {error.status > 0 && <> · HTTP {error.status}</>}
        </p>
      </div>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}
