import type { FormEvent, KeyboardEvent } from "react";
import type { ApiError } from "@/api/problem";
import { useMay } from "@/api/session";
import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { TextArea, TextField } from "@/components/TextField";
import { type Draft, PRESETS, type Preset } from "./presets";
import styles from "./TryPage.module.css";

type FormProps = {
  preset: Preset | null;
  drafts: readonly Draft[];
  busy: boolean;
  /** Of this very draft. */
  refusal: ApiError | null;
  onPreset: (id: string) => void;
  onChange: (change: Partial<Draft>) => void;
  onClear: () => void;
  onSubmit: () => void;
};

export function Form(props: FormProps) {
  const { preset, drafts, busy, onSubmit } = props;
  const may = useMay("submit");
  const submit = (event: FormEvent | KeyboardEvent) => {
    event.preventDefault();
    if (may && !busy) onSubmit();
  };
  return (
    <Card title="Ticket" actions={<Button onClick={props.onClear}>Clear</Button>}>
      <form
        className={styles.form}
        onSubmit={submit}
        onKeyDown={(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit(event)}
      >
        <Presets chosen={preset} onPreset={props.onPreset} />
        {drafts.length > 1 ? <Tellings drafts={drafts} /> : <Fields {...props} />}
        <div className={styles.submit}>
          <Button type="submit" variant="primary" busy={busy} disabled={!may}>
            {drafts.length > 1 ? `Post ${drafts.length} tickets` : "Post the ticket"}
          </Button>
          <p className={styles.hint}>
            {may ? (
              <>
                <kbd>Ctrl</kbd> or <kbd>⌘</kbd> with <kbd>Enter</kbd>.{" "}
                {drafts.length > 1 ? "They are real tickets" : "It is a real ticket"}: of what is urgent, people are
                told.
              </>
            ) : (
              "This key lacks the scope submit."
            )}
          </p>
        </div>
      </form>
    </Card>
  );
}

function Presets({ chosen, onPreset }: { chosen: Preset | null; onPreset: (id: string) => void }) {
  return (
    <div>
      <ul className={styles.presets} aria-label="Presets">
        {PRESETS.map(({ id, name, shows }) => (
          <li key={id}>
            <button
              type="button"
              className={styles.preset}
              title={shows}
              aria-pressed={id === chosen?.id}
              onClick={() => onPreset(id)}
            >
              {name}
            </button>
          </li>
        ))}
      </ul>
      <p className={styles.shows}>{chosen?.shows ?? "Write a ticket of your own, or choose one to begin with."}</p>
    </div>
  );
}

function errorOf(refusal: ApiError | null, pointer: string): string | null {
  return refusal?.errors.find((error) => error.pointer === pointer)?.detail ?? null;
}

function Fields({ drafts: [draft], refusal, onChange }: FormProps) {
  if (!draft) return null;
  return (
    <>
      <TextField
        label="Subject"
        value={draft.subject}
        onChange={(event) => onChange({ subject: event.target.value })}
        error={errorOf(refusal, "/subject")}
      />
      <TextArea
        label="Description"
        rows={7}
        value={draft.description}
        onChange={(event) => onChange({ description: event.target.value })}
        error={errorOf(refusal, "/description") ?? errorOf(refusal, "")}
      />
      <div className={styles.pair}>
        <TextField
          label="Customer"
          value={draft.customer}
          onChange={(event) => onChange({ customer: event.target.value })}
          error={errorOf(refusal, "/customer")}
        />
        <TextField
          label="Ticket id"
          placeholder="made by the router"
          value={draft.ticketId}
          onChange={(event) => onChange({ ticketId: event.target.value })}
          error={errorOf(refusal, "/ticket_id")}
        />
      </div>
    </>
  );
}

/** Several tickets are posted as they are. */
function Tellings({ drafts }: { drafts: readonly Draft[] }) {
  return (
    <ol className={styles.tellings} aria-label={`${drafts.length} tickets`}>
      {drafts.map(({ description, customer }) => (
        <li key={customer}>{description}</li>
      ))}
    </ol>
  );
}
