import { useState } from "react";
import { Card } from "@/components/Card";
import { CopyButton } from "@/components/CopyButton";
import { Tabs } from "@/components/Tabs";
import type { Draft } from "./presets";
import { asCurl, asPython } from "./snippets";
import styles from "./TryPage.module.css";

type Language = "curl" | "python";

/** The same post from a shell or a program. */
export function Snippets({ draft }: { draft: Draft }) {
  const [language, setLanguage] = useState<Language>("curl");
  return (
    <Card title="The same from elsewhere" note="KEY is the API key">
      <Tabs
        label="Language"
        value={language}
        onChange={setLanguage}
        tabs={[
          { value: "curl", label: "curl", content: <Code text={asCurl(draft)} /> },
          { value: "python", label: "Python", content: <Code text={asPython(draft)} /> },
        ]}
      />
    </Card>
  );
}

function Code({ text }: { text: string }) {
  return (
    <div className={styles.code}>
      <pre>{text}</pre>
      <CopyButton text={text} />
    </div>
  );
}
