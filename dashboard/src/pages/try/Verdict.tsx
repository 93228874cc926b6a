import type { ApiError } from "@/api/problem";
import type { components } from "@/api/schema";
import { Card } from "@/components/Card";
import { CategoryTag } from "@/components/CategoryTag";
import { ErrorState } from "@/components/ErrorState";
import { SentimentWord } from "@/components/SentimentWord";
import { Badge } from "@/components/StatusWord";
import { ScoreSteps } from "@/components/ticket/ScoreSteps";
import { SegmentedText } from "@/components/ticket/SegmentedText";
import { UrgencyMeter } from "@/components/UrgencyMeter";
import { formatCount, formatDuration, formatShare } from "@/format/number";
import styles from "./TryPage.module.css";
import { LONGEST_CHARS } from "./useLiveScore";

type Score = components["schemas"]["ScoreResource"];
type VerdictProps = {
  score: Score | undefined;
  error: ApiError | null;
  /** The text has changed since. */
  behind: boolean;
  /** Nothing of this length is scored, or accepted. */
  tooLong: boolean;
  retry: () => unknown;
  /** Of the first of several tickets. */
  first: boolean;
};

const TOO_LONG = `Longer than ${formatCount(LONGEST_CHARS)} characters: the router refuses it.`;

/** How the text is scored, while it is written. No ticket is made. */
export function Verdict({ score, error, behind, tooLong, retry, first }: VerdictProps) {
  const note =
    score && (behind ? "scoring" : `${first ? "the first one, " : ""}in ${formatDuration(score.latency_ms)}`);
  return (
    <Card title="Score as you write" note={note}>
      {error && !behind ? (
        <ErrorState error={error} onRetry={() => void retry()} />
      ) : (
        <div className={styles.verdict} aria-busy={behind}>
          {score ? (
            <Explained score={score} />
          ) : (
            <p className={styles.shows}>{behind ? "Scoring" : tooLong ? TOO_LONG : "There is no text yet."}</p>
          )}
        </div>
      )}
    </Card>
  );
}

function Explained({ score }: { score: Score }) {
  return (
    <>
      <div className={styles.marks}>
        <UrgencyMeter score={score.urgency_score} band={score.urgency_band} />
        <span>
          <CategoryTag category={score.category} /> {formatShare(score.category_confidence)}
        </span>
        <SentimentWord sentiment={score.sentiment} />
        {score.needs_review && <Badge tone="warning">Needs review</Badge>}
        {score.degraded && <Badge tone="warning">Scored by the word list alone</Badge>}
      </div>
      <ScoreSteps terms={score.contributions} score={score.urgency_score} />
      <section aria-label="What each piece does">
        <h3 className={styles.heading}>What S would lose without each piece</h3>
        <SegmentedText segments={score.segments} />
      </section>
    </>
  );
}
