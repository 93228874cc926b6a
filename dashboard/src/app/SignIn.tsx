import { type FormEvent, useState } from "react";
import { checkKey } from "@/api/client";
import { toApiError } from "@/api/problem";
import { session } from "@/api/session";
import { Button } from "@/components/Button";
import { TextField } from "@/components/TextField";
import { Mark } from "./Mark";
import styles from "./SignIn.module.css";

const REFUSED = "The router does not know this key, or it lacks the scope read.";

/** Asks for an API key. The address stays, so that one is back at one's place afterwards. */
export function SignIn() {
  const [key, setKey] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      session.start(key.trim(), await checkKey(key.trim()));
    } catch (thrown) {
      const problem = toApiError(thrown);
      setError([401, 403].includes(problem.status) ? REFUSED : `${problem.title}. ${problem.detail}`);
      setBusy(false);
    }
  }

  return (
    <main className={styles.page}>
      <form className={styles.card} onSubmit={submit}>
        <Mark />
        <h1 className={styles.title}>Sign in to the ticket router</h1>
        {session.wasExpired() && (
          <p className={styles.notice} role="status">
            The router no longer takes the key of this session. Sign in again to go on where you were.
          </p>
        )}
        <TextField
          label="API key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          required
          value={key}
          onChange={(event) => setKey(event.target.value)}
          error={error}
          hint={
            <>
              <code>make run</code> prints one; <code>python -m local keys add</code> makes one for a deployment. It
              stays in this tab, until the tab is closed.
            </>
          }
        />
        <Button type="submit" variant="primary" busy={busy}>
          {busy ? "Checking the key" : "Sign in"}
        </Button>
      </form>
    </main>
  );
}
