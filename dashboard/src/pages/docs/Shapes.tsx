import { useEffect, useState } from "react";
import styles from "./CallView.module.css";
import page from "./DocsPage.module.css";
import { FieldTable } from "./FieldTable";
import { type Schema, typeWords } from "./openapi";
import { Prose } from "./Prose";

/** What calls take and answer, by name. */
export function Shapes({ shapes, anchor }: { shapes: Record<string, Schema>; anchor: string }) {
  return (
    <section aria-labelledby="shapes">
      <h2 id="shapes" className={page.group}>
        Shapes
      </h2>
      <p className={page.about}>What the calls take and answer, by name.</p>
      <div className={page.calls}>
        {Object.entries(shapes).map(([name, schema]) => (
          <Shape key={name} name={name} schema={schema} named={anchor === `shape-${name}`} />
        ))}
      </div>
    </section>
  );
}

function Shape({ name, schema, named }: { name: string; schema: Schema; named: boolean }) {
  const [open, setOpen] = useState(named);
  useEffect(() => {
    if (named) setOpen(true);
  }, [named]);
  const fields = Object.entries(schema.properties ?? {});
  return (
    <details
      id={`shape-${name}`}
      className={styles.call}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className={styles.line}>
        <code className={styles.path}>{name}</code>
        <span className={styles.summary}>{firstSentence(schema.description ?? "")}</span>
      </summary>
      {open && (
        <div className={styles.details}>
          {schema.description && (
            <p>
              <Prose text={schema.description} />
            </p>
          )}
          {fields.length > 0 ? (
            <FieldTable
              fields={fields.map(([field, it]) => ({
                name: field,
                required: schema.required?.includes(field) ?? false,
                schema: it,
                description: it.description ?? "",
              }))}
            />
          ) : (
            <p>
              <code>{typeWords(schema).map(({ text }) => text)}</code>
            </p>
          )}
        </div>
      )}
    </details>
  );
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.)\s/)[0] ?? "";
}
