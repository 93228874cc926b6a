import { lazy, Suspense } from "react";
import { RANGE_WORDS, useRange } from "@/app/range";
import { Card } from "@/components/Card";
import { ErrorState } from "@/components/ErrorState";
import { ChartsSkeleton } from "./ChartsSkeleton";
import { Health } from "./Health";
import { Incidents } from "./Incidents";
import { Kpis } from "./Kpis";
import { Mix } from "./Mix";
import styles from "./OverviewPage.module.css";
import { Urgent } from "./Urgent";
import { useStats } from "./useStats";

const Charts = lazy(() => import("./Charts"));

export default function OverviewPage() {
  const [range] = useRange();
  const { data: stats, error, refetch } = useStats(range);
  return (
    <div className={styles.page}>
      <Kpis stats={stats} range={range} />
      <div className={styles.now}>
        <Urgent />
        <div className={styles.side}>
          <Health stats={stats} />
          <Incidents />
        </div>
      </div>
      <h2 className={styles.heading}>{RANGE_WORDS[range]}</h2>
      {stats ? (
        <Suspense fallback={<ChartsSkeleton />}>
          <div className={styles.charts}>
            <Charts stats={stats} range={range} />
            <Card title="Category and urgency" note="tickets scored" className={styles.mix}>
              <Mix stats={stats} range={range} />
            </Card>
          </div>
        </Suspense>
      ) : error ? (
        <Card title="Figures">
          <ErrorState error={error} onRetry={() => void refetch()} />
        </Card>
      ) : (
        <ChartsSkeleton />
      )}
    </div>
  );
}
