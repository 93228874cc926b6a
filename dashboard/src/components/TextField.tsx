import { type ComponentProps, type ReactNode, useId } from "react";
import { cx } from "./cx";
import styles from "./TextField.module.css";

type Shared = { label: string; hideLabel?: boolean; hint?: ReactNode; error?: string | null | undefined };

function Field({ id, label, hideLabel, hint, error, children }: Shared & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? "visually-hidden" : styles.label}>
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className={styles.error} role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function described(id: string, { hint, error }: Shared) {
  const ids = cx(Boolean(hint) && `${id}-hint`, Boolean(error) && `${id}-error`);
  return { "aria-describedby": ids || undefined, "aria-invalid": error ? true : undefined };
}

export function TextField({ label, hideLabel, hint, error, className, ...rest }: Shared & ComponentProps<"input">) {
  const id = useId();
  const shared = { label, hideLabel: hideLabel ?? false, hint, error };
  return (
    <Field id={id} {...shared}>
      <input {...rest} id={id} {...described(id, shared)} className={cx(styles.input, className)} />
    </Field>
  );
}

export function TextArea({ label, hideLabel, hint, error, className, ...rest }: Shared & ComponentProps<"textarea">) {
  const id = useId();
  const shared = { label, hideLabel: hideLabel ?? false, hint, error };
  return (
    <Field id={id} {...shared}>
      <textarea rows={5} {...rest} id={id} {...described(id, shared)} className={cx(styles.area, className)} />
    </Field>
  );
}
