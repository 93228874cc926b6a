import { useModel } from "@/api/queries";
import type { Model } from "@/api/types";
import { Card } from "@/components/Card";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Skeleton } from "@/components/Skeleton";
import { Calibration } from "./Calibration";
import { Confusion } from "./Confusion";
import { type Evaluation, languageName, OWN_SET } from "./card";
import { EvaluationTable } from "./EvaluationTable";
import { Facts } from "./Facts";
import { FeedbackCard } from "./FeedbackCard";
import styles from "./ModelPage.module.css";
import { Simulator } from "./Simulator";
import { Slices } from "./Slices";
import { useFeedback } from "./useFeedback";
import { Weaknesses } from "./Weaknesses";

export default function ModelPage() {
  const { data: model, error, refetch } = useModel();
  const feedback = useFeedback();
  return (
    <div className={styles.page}>
      {error && !model ? (
        <Card title="Model">
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      ) : model ? (
        <Bundle model={model} />
      ) : (
        <Card title="Bundle" className={styles.waiting}>
          <Skeleton lines={6} label="Loading the model" />
        </Card>
      )}
      <div className={styles.halves}>
        <Simulator feedback={feedback.data?.feedback ?? []} />
        {model?.evaluation ? (
          <Weaknesses evaluation={model.evaluation} categories={model.manifest.labels?.category ?? []} />
        ) : (
          (model || !error) && <Unknown title="Where it is wrong" loading={!model} />
        )}
      </div>
      <FeedbackCard query={feedback} />
      {model?.evaluation && <Evaluated evaluation={model.evaluation} model={model} />}
    </div>
  );
}

/** In the place of what the evaluation tells, before it is there and where there is none. */
function Unknown({ title, loading }: { title: string; loading: boolean }) {
  return (
    <Card title={title}>
      {loading ? (
        <Skeleton lines={7} label={`Loading: ${title}`} />
      ) : (
        <EmptyState title="Not evaluated">
          There are no figures of this very version: <code>make eval</code> writes them.
        </EmptyState>
      )}
    </Card>
  );
}

function Bundle({ model }: { model: Model }) {
  if (!model.manifest.version)
    return (
      <Card title="Bundle">
        <EmptyState title="No bundle could be loaded">
          The word list scores tickets in its place, less exactly. The log of score says why.
        </EmptyState>
      </Card>
    );
  return <Facts model={model} />;
}

/** What `make eval` found out. */
function Evaluated({ evaluation, model }: { evaluation: Evaluation; model: Model }) {
  const { confusion, reliability, slices } = evaluation;
  const { labels } = model.manifest;
  const hands = Object.entries(reliability).map(([name, { bundle }]) => ({ name, ...bundle }));
  return (
    <>
      <EvaluationTable evaluation={evaluation} />
      <div className={styles.halves}>
        <Card title="Calibration" note="on the diagonal it can be taken at its word">
          <div className={styles.pair}>
            <Calibration
              title="Urgency"
              said="S"
              so="Mean label"
              curves={hands.map(({ name, urgency, urgency_ece }) => ({ name, error: urgency_ece, bins: urgency }))}
            />
            <Calibration
              title="Category"
              said="Confidence"
              so="Share that is right"
              curves={hands.map(({ name, category, category_ece }) => ({ name, error: category_ece, bins: category }))}
            />
          </div>
        </Card>
        <Card title="Confusion" note="rows: what tickets are; columns: what they were taken for">
          <div className={styles.pair}>
            <Confusion title="Category" labels={labels?.category ?? []} counts={confusion.category} />
            <Confusion
              title="Urgency, level nearest to S"
              labels={(labels?.urgency_levels ?? []).map(String)}
              counts={confusion.urgency}
            />
          </div>
        </Card>
      </div>
      <Card title="By language and length" note={<code>{OWN_SET}</code>}>
        <Slices title="Language" parts={slices.language} nameOf={languageName} />
        <div className={styles.gap} />
        <Slices title="Length" parts={slices.length} />
      </Card>
    </>
  );
}
