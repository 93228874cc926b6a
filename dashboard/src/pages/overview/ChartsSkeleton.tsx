import { Card } from "@/components/Card";
import { Skeleton } from "@/components/Skeleton";
import styles from "./OverviewPage.module.css";

/** The charts' cards before there are figures. */
export function ChartsSkeleton() {
  return (
    <div className={styles.charts}>
      {["Latency", "Tickets"].map((title) => (
        <Card key={title} title={title} className={styles.waiting}>
          <Skeleton lines={8} label={`Loading the chart: ${title}`} />
        </Card>
      ))}
      <Card title="Category and urgency" className={styles.mix}>
        <Skeleton lines={5} label="Loading categories" />
      </Card>
    </div>
  );
}
