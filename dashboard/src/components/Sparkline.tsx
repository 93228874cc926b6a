import styles from "./Sparkline.module.css";
import { sparkline } from "./sparklinePath";

type SparklineProps = {
  values: readonly number[];
  /** What a screen reader says of it. */
  label: string;
  width?: number;
  height?: number;
};

/** The course of a figure in the height of a line. */
export function Sparkline({ values, label, width = 72, height = 24 }: SparklineProps) {
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} className={styles.line} role="img">
      <title>{label}</title>
      <path d={sparkline(values, width, height)} />
    </svg>
  );
}
