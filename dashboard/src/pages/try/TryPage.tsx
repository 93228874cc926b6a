import { useEffect, useRef, useState } from "react";
import { oneOf, useUrlState } from "@/app/urlState";
import { Follow } from "./Follow";
import { Form } from "./Form";
import { type Draft, EMPTY, PRESETS, scoredText } from "./presets";
import { Snippets } from "./Snippets";
import styles from "./TryPage.module.css";
import { useLiveScore } from "./useLiveScore";
import { useSubmit } from "./useSubmit";
import { Verdict } from "./Verdict";

const STATE = { preset: oneOf(PRESETS.map(({ id }) => id)) };

/** Write a ticket, see how it would be scored, post it, and follow it to the alert. */
export default function TryPage() {
  const [{ preset }, setState] = useUrlState(STATE);
  const chosen = PRESETS.find(({ id }) => id === preset) ?? null;
  const [drafts, setDrafts] = useState<readonly Draft[]>(chosen?.drafts ?? [EMPTY]);
  const { posted, busy, submit } = useSubmit();
  const followed = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen) setDrafts(chosen.drafts);
  }, [chosen]);

  const draft = drafts[0] ?? EMPTY;
  const verdict = useLiveScore(scoredText(draft));
  return (
    <div className={styles.page}>
      <div className={styles.columns}>
        <Form
          preset={chosen}
          drafts={drafts}
          busy={busy}
          refusal={posted[0]?.draft === draft ? posted[0].refusal : null}
          onPreset={(id) => setState({ preset: id })}
          onChange={(change) => setDrafts([{ ...draft, ...change }])}
          onClear={() => {
            setState({ preset: null });
            setDrafts([EMPTY]);
          }}
          onSubmit={() => {
            void submit(drafts).then(() => followed.current?.scrollIntoView({ block: "nearest", behavior: "smooth" }));
          }}
        />
        <Verdict {...verdict} first={drafts.length > 1} />
      </div>
      <div ref={followed}>
        <Follow posted={posted} />
      </div>
      <Snippets draft={draft} />
    </div>
  );
}
