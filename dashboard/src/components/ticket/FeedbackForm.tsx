import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useId, useState } from "react";
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
const MEANINGS: readonly (readonly [Level, string])[] = [
  [1, "severe harm now: outage for many, breach, safety, a legal deadline today"],
  [0.75, "blocked with no workaround, or a deadline within about two days"],
  [0.5, "a real problem with a workaround, or money to correct"],
  [0.25, "routine"],
  [0, "no action needed"],
];
const RUBRIC = MEANINGS.map(
  ([level, meaning]) =>
    [
      level,
      <>
        <strong>{level}</strong> {meaning}
      </>,
    ] as const,
);
const NO_OPINION = "no opinion";
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

  const choose = (part: Partial<Request>) => setSaid({ ...said, ...part });
  return (
    <form className={styles.form} onSubmit={(event) => void send(event)}>
      <p className={styles.hint}>What would have been right?</p>
      <Choices
        legend="Category"
        value={said.category}
        options={[["", NO_OPINION], ...categories.map((category) => [category, category] as const)]}
        onChoose={(category) => choose({ category })}
      />
      <Choices
        legend="Urgency, by impact and time, not mood"
        column
        value={said.urgency}
        options={[[null, NO_OPINION], ...RUBRIC]}
        onChoose={(urgency) => choose({ urgency })}
      />
      <Choices
        legend="Sentiment toward the service"
        value={said.sentiment}
        options={[[null, NO_OPINION], ...SENTIMENTS.map((sentiment) => [sentiment, sentiment] as const)]}
        onChoose={(sentiment) => choose({ sentiment })}
      />
      <TextArea
        label="Note for people"
        rows={2}
        maxLength={1000}
        value={said.note}
        onChange={(event) => choose({ note: event.target.value })}
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

type ChoicesProps<T> = {
  legend: string;
  column?: boolean;
  value: T;
  options: readonly (readonly [T, ReactNode])[];
  onChoose: (value: T) => void;
};

function Choices<T extends string | number | null>({ legend, column, value, options, onChoose }: ChoicesProps<T>) {
  const name = useId();
  return (
    <fieldset className={styles.choices}>
      <legend className={styles.legend}>{legend}</legend>
      <div className={column ? styles.column : styles.line}>
        {options.map(([option, label]) => (
          <label key={String(option)} className={styles.choice}>
            <input type="radio" name={name} checked={option === value} onChange={() => onChoose(option)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
