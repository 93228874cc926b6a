import styles from "./DocsPage.module.css";
import type { OpenApi } from "./openapi";
import { Prose } from "./Prose";

/** What the repository tells beside the contract. A deployed dashboard does not know where that is hosted: names, no links. */
const PAGES = [
  ["README.md", "What it is, how to run it, settings, metrics, errors and what they mean"],
  ["docs/incidents.md", "Which tickets are told as one, and how that was chosen"],
  ["docs/operations.md", "For whoever is on call: each alarm, budgets and digests"],
  ["docs/deploying.md", "To AWS step by step; the fields of a destination"],
  ["docs/alert.schema.json", "The form of a generic alert"],
  ["docs/logs.md", "Each line of the log and its fields"],
  ["models/README.md", "The model card: what it was trained on, how good it is, where it is wrong"],
] as const;

export function Guide({ document }: { document: OpenApi }) {
  return (
    <section aria-labelledby="about-the-api" className={styles.guide}>
      <div>
        <h2 id="about-the-api" className={styles.group}>
          {document.info.title}, version {document.info.version}
        </h2>
        <p>
          <Prose text={document.info.description} />
        </p>
        <p>
          This router listens at <code>{window.location.origin}</code>. A key travels as{" "}
          <code>Authorization: Bearer $KEY</code>; its scopes (<code>submit</code>, <code>read</code>,{" "}
          <code>operate</code>) say what it may do. For tools there is <a href="/openapi.json">openapi.json</a> (OpenAPI
          3.1), and for browsers without a key <a href="/docs">the same as one page</a>.
        </p>
      </div>
      <div>
        <h3 className={styles.heading}>In the repository</h3>
        <dl className={styles.pages}>
          {PAGES.map(([name, about]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{about}</dd>
            </div>
          ))}
        </dl>
      </div>
    </section>
  );
}
