import { useEffect, useState } from "react";
import { CopyButton } from "@/components/CopyButton";
import { cx } from "@/components/cx";
import { formatCurl } from "@/format/curl";
import styles from "./CallView.module.css";
import { FieldTable, TypeView } from "./FieldTable";
import { type Call, exampleOf, type Schema } from "./openapi";
import { Prose } from "./Prose";

type Props = { call: Call; shapes: Record<string, Schema>; open: boolean };

/** One call: a line, and all of it once it is opened. */
export function CallView({ call, shapes, open: named }: Props) {
  const [open, setOpen] = useState(named);
  useEffect(() => {
    if (named) setOpen(true);
  }, [named]);
  return (
    <details id={call.id} className={styles.call} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={styles.line}>
        <span className={cx(styles.method, styles[call.method.toLowerCase()])}>{call.method}</span>
        <code className={styles.path}>{call.path}</code>
        <span className={styles.summary}>{call.summary}</span>
        <span className={styles.scope}>{call.scope ?? "open"}</span>
      </summary>
      {open && <Details call={call} shapes={shapes} />}
    </details>
  );
}

function Details({ call, shapes }: Omit<Props, "open">) {
  return (
    <div className={styles.details}>
      <p>
        {call.description && <Prose text={`${call.description} `} />}
        {call.scope ? (
          <>
            Needs a key with the scope <code>{call.scope}</code>.
          </>
        ) : (
          "Open to everyone."
        )}
      </p>
      <Command call={call} shapes={shapes} />
      {call.parameters.length > 0 && (
        <FieldTable
          caption="Parameters"
          fields={call.parameters.map((parameter) => ({
            name: parameter.name,
            note: parameter.in,
            required: parameter.required ?? false,
            schema: parameter.schema,
            description: parameter.description ?? parameter.schema.description ?? "",
          }))}
        />
      )}
      {call.body.map((shape) => (
        <p key={shape.mediaType}>
          <strong>Body</strong> <code>{shape.mediaType}</code> <TypeView schema={shape.schema} />
        </p>
      ))}
      <Answers call={call} />
    </div>
  );
}

function Command({ call, shapes }: Omit<Props, "open">) {
  const json = call.body.find(({ mediaType }) => mediaType === "application/json");
  const body = json && exampleOf(json.schema, shapes);
  const command = formatCurl(call.method, call.path, body, { key: call.scope !== null });
  return (
    <figure className={styles.command}>
      <figcaption>
        <span>
          As a command; <code>$KEY</code> is the API key
        </span>
        <CopyButton text={command}>Copy</CopyButton>
      </figcaption>
      <pre>{command}</pre>
    </figure>
  );
}

function Answers({ call }: { call: Call }) {
  return (
    <table className={styles.answers}>
      <caption>Answers</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Status</th>
          <th scope="col">When and what</th>
        </tr>
      </thead>
      <tbody>
        {call.answers.map((answer) => (
          <tr key={answer.status}>
            <th scope="row" className={answer.status < "400" ? styles.good : styles.bad}>
              {answer.status}
            </th>
            <td>
              <Prose text={answer.description} />
              {answer.headers.map(([name, meaning]) => (
                <p key={name} className={styles.header}>
                  <code>{name}</code> {meaning}
                </p>
              ))}
            </td>
            <td>
              {answer.shapes.map(({ mediaType, schema }) => (
                <span key={mediaType} className={styles.shape} title={mediaType}>
                  <TypeView schema={schema} />
                </span>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
