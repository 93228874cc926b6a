import styles from "./FieldTable.module.css";
import { type Schema, typeWords } from "./openapi";
import { Prose } from "./Prose";

export type Field = { name: string; note?: string; required: boolean; schema: Schema; description: string };

/** A type as words; names of shapes are links to them. */
export function TypeView({ schema }: { schema: Schema }) {
  return (
    <span className={styles.type}>
      {typeWords(schema).map(({ text, shape }, index) =>
        shape ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the words of a type never change places
          <a key={index} href={`#shape-${shape}`}>
            {text}
          </a>
        ) : (
          text
        ),
      )}
    </span>
  );
}

export function FieldTable({ caption, fields }: { caption?: string; fields: readonly Field[] }) {
  return (
    <table className={styles.table}>
      {caption && <caption>{caption}</caption>}
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Type</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        {fields.map(({ name, note, required, schema, description }) => (
          <tr key={`${note}-${name}`}>
            <th scope="row">
              <code>{name}</code>
              <span className={styles.note}>{[note, required && "required"].filter(Boolean).join(", ")}</span>
            </th>
            <td>
              <TypeView schema={schema} />
            </td>
            <td>
              <Prose text={description} />
              {schema.default !== undefined && schema.default !== null && schema.default !== "" && (
                <span className={styles.default}>
                  {" "}
                  Default <code>{JSON.stringify(schema.default)}</code>.
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
