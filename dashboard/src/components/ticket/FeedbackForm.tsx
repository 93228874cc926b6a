import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { api, read } from "@/api/client";
import { type ApiError, toApiError } from "@/api/problem";
import { keys, useCategories } from "@/api/queries";
import type { components } from "@/api/schema";
import type { Sentiment, TicketDetail } from "@/api/types";
import { Button } from "@/components/Button";
import { ErrorState } from "@/components/ErrorState";
import { TextArea } from "@/components/TextField";
import styles from "./FeedbackForm.module.css";

type Request = components["schemas"]["FeedbackRequest"];
type Level = NonNullable<Request["urgency"]>;

/** Source: the rubric of models/data/README.md. */
const RUBRIC: readonly (readonly [Level, string])[] = [
  [1, "severe harm now: outage for many, breach, safety, a legal deadline today"],
  [0.75, "blocked with no workaround, or a deadline within about two days"],
  [0.5, "a real problem with a workaround, or money to correct"],
  [0.25, "routine"],
  [0, "no action needed"],
];
const SENTIMENTS: readonly Sentiment[] = ["negative", "neutral", "positive"];
const NOTHING = { category: "", urgency: null, sentiment: null, note: "" } satisfies Request;

type Props = { ticket: TicketDetail; onDone: () => void; onCancel: () => void };

export function FeedbackForm({ ticket, onDone, onCancel }: Props) {
  const cache = useQueryClient();
  const categories = useCategories();
  const [said, setSaid] = useState<Required<Request>>(NOTHING);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const empty = said.category === "" && said.urgency === null && said.sentiment === null && !said.note.trim();

  async function send(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const params = { path: { ticket_id: ticket.ticket_id } };
      await read(api.POST("/tickets/{ticket_id}/feedback", { params, body: { ...said, note: said.note.trim() } }));
      void cache.invalidateQueries({ queryKey: keys.ticket(ticket.ticket_id) });
      void cache.invalidateQueries({ queryKey: ["feedback"] });
      onDone();
    } catch (thrown) {
      setError(toApiError(thrown));
      setBusy(false);
    }
  }

  return (
    <form className={styles.form} onSubmit={(event) => void send(event)}>
      <p className={styles.hint}>Choose what would have been right; leave alone what you have no opinion on.</p>
      <Choices legend="Category">
        {categories.map((category) => (
          <Choice
            key={category}
            name="category"
            label={category}
            checked={said.category === category}
            onChoose={(on) => setSaid({ ...said, category: on ? category : "" })}
          />
        ))}
      </Choices>
      <Choices legend="Urgency, by impact and time, not mood" column>
        {RUBRIC.map(([level, meaning]) => (
          <Choice
            key={level}
            name="urgency"
            label={
              <>
                <strong>{level}</strong> {meaning}
              </>
            }
            checked={said.urgency === level}
            onChoose={(on) => setSaid({ ...said, urgency: on ? level : null })}
          />
        ))}
      </Choices>
      <Choices legend="Sentiment toward the service">
        {SENTIMENTS.map((sentiment) => (
          <Choice
            key={sentiment}
            name="sentiment"
            label={sentiment}
            checked={said.sentiment === sentiment}
            onChoose={(on) => setSaid({ ...said, sentiment: on ? sentiment : null })}
          />
        ))}
      </Choices>
      <TextArea
        label="Note for people"
        rows={2}
        maxLength={1000}
        value={said.note}
        onChange={(event) => setSaid({ ...said, note: event.target.value })}
      />
      {error && <ErrorState error={error} />}
      <div className={styles.buttons}>
        <Button type="submit" variant="primary" disabled={empty} busy={busy}>
          Send
        </Button>
        <Button onClick={onCancel}>Cancel</Button>
      </div>
    </form>
  );
}

function Choices({ legend, column = false, children }: { legend: string; column?: boolean; children: ReactNode }) {
  return (
    <fieldset className={styles.choices}>
      <legend className={styles.legend}>{legend}</legend>
      <div className={column ? styles.column : styles.line}>{children}</div>
    </fieldset>
  );
}

type ChoiceProps = { name: string; label: ReactNode; checked: boolean; onChoose: (on: boolean) => void };

/** A box that can be unticked again: no opinion is a choice, too. */
function Choice({ name, label, checked, onChoose }: ChoiceProps) {
  return (
    <label className={styles.choice}>
      <input type="checkbox" name={name} checked={checked} onChange={(event) => onChoose(event.target.checked)} />
      <span>{label}</span>
    </label>
  );
}
