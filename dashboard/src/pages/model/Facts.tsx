import type { ReactNode } from "react";
import type { Model } from "@/api/types";
import { Card } from "@/components/Card";
import { CategoryTag } from "@/components/CategoryTag";
import { CopyButton } from "@/components/CopyButton";
import { FigureTable } from "@/components/FigureTable";
import { formatCount } from "@/format/number";
import styles from "./Facts.module.css";

const MB = 1_000_000;

/** Which model scores, and what it reads. */
export function Facts({ model }: { model: Model }) {
  const { manifest } = model;
  const { labels } = manifest;
  return (
    <Card
      title="Bundle"
      note={manifest.bundle}
      actions={<CopyButton text={() => sums(model)}>Copy the SHA-256 sums</CopyButton>}
    >
      <div className={styles.halves}>
        <dl className={styles.facts}>
          <Fact term="Version">
            <code>{model.model_version}</code>
          </Fact>
          <Fact term="Categories">
            <span className={styles.tags}>
              {labels?.category?.map((category) => (
                <CategoryTag key={category} category={category} />
              ))}
            </span>
          </Fact>
          <Fact term="Sentiments">{labels?.sentiment?.join(", ")}</Fact>
          <Fact term="Urgency levels">{labels?.urgency_levels?.join(", ")}</Fact>
          <Fact term="Alerts">S above {manifest.threshold}</Fact>
          <Fact term="A person should look">confidence below {manifest.review_below}, or not English</Fact>
          <Fact term="Reads">the first {manifest.max_tokens} tokens</Fact>
          <Fact term="Vector">{manifest.embedding_dim} numbers</Fact>
        </dl>
        <FigureTable label="Files of the bundle" head={["File", "Size", "SHA-256"]}>
          {Object.entries(manifest.files ?? {}).map(([name, file]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{file.bytes < MB ? `${formatCount(file.bytes / 1000)} kB` : `${(file.bytes / MB).toFixed(1)} MB`}</td>
              <td>
                <code title={file.sha256}>{file.sha256.slice(0, 12)}…</code>
              </td>
            </tr>
          ))}
        </FigureTable>
      </div>
    </Card>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** As `sha256sum --check` reads them. */
function sums({ manifest }: Model): string {
  return Object.entries(manifest.files ?? {})
    .map(([name, { sha256 }]) => `${sha256}  ${name}\n`)
    .join("");
}
