import { useWidth } from "@/components/chart/useWidth";
import { cx } from "@/components/cx";
import { FigureTable } from "@/components/FigureTable";
import { formatCount } from "@/format/number";
import styles from "./Calibration.module.css";
import { formatFigure } from "./card";

export type Bin = { n: number; said: number; true: number };
export type Curve = { name: string; error: number; bins: readonly Bin[] };

const MARGIN = { left: 34, right: 10, top: 8, bottom: 30 };
const TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const HIGHEST = 320;

type Props = { title: string; said: string; so: string; curves: readonly Curve[] };

/** What the model said against what was so: on the diagonal it can be taken at its word. */
export function Calibration({ title, said, so, curves }: Props) {
  const [ref, outer] = useWidth();
  const width = Math.max(0, Math.min(HIGHEST + 80, outer) - MARGIN.left - MARGIN.right);
  const height = Math.min(width, HIGHEST) * 0.8;
  const x = (value: number) => value * width;
  const y = (value: number) => height - value * height;
  const most = Math.max(1, ...curves.flatMap(({ bins }) => bins.map(({ n }) => n)));
  return (
    <figure className={styles.figure} ref={ref}>
      <figcaption className={styles.title}>{title}</figcaption>
      <ul className={styles.legend}>
        {curves.map(({ name, error }, place) => (
          <li key={name} className={cx(styles.entry, styles[`curve${place}`])}>
            <svg viewBox="0 0 20 8" width="20" height="8" aria-hidden="true">
              <path d="M0 4H20" className={styles.line} />
              <circle cx="10" cy="4" r="3" className={styles.dot} />
            </svg>
            <span className={styles.word}>
              {name}, error {error.toFixed(3)}
            </span>
          </li>
        ))}
      </ul>
      <svg
        width={Math.max(0, width + MARGIN.left + MARGIN.right)}
        height={height + MARGIN.top + MARGIN.bottom}
        role="img"
        className={styles.chart}
      >
        <title>{title}</title>
        <g transform={`translate(${MARGIN.left} ${MARGIN.top})`}>
          {TICKS.map((tick) => (
            <g key={tick}>
              <path d={`M0 ${y(tick)}H${width}`} className={styles.grid} />
              <text x={-6} y={y(tick)} dy="0.32em" textAnchor="end">
                {tick}
              </text>
              <text x={x(tick)} y={height + 14} textAnchor="middle">
                {tick}
              </text>
            </g>
          ))}
          <path d={`M0 ${height}L${width} 0`} className={styles.diagonal} />
          {curves.map(({ name, bins }, place) => (
            <g key={name} className={styles[`curve${place}`]}>
              <path d={`M${bins.map((bin) => `${x(bin.said)} ${y(bin.true)}`).join("L")}`} className={styles.line} />
              {bins.map((bin) => (
                <circle
                  key={bin.said}
                  cx={x(bin.said)}
                  cy={y(bin.true)}
                  r={2 + 5 * Math.sqrt(bin.n / most)}
                  className={styles.dot}
                >
                  <title>{describe(bin, said, so)}</title>
                </circle>
              ))}
            </g>
          ))}
          <text x={width / 2} y={height + 28} textAnchor="middle">
            {said}
          </text>
        </g>
      </svg>
      <details className={styles.details}>
        <summary>As a table</summary>
        <FigureTable label={`${title}, as a table`} head={["Tickets of", "Number", said, so]}>
          {curves.flatMap(({ name, bins }) =>
            bins.map((bin) => (
              <tr key={`${name} ${bin.said}`}>
                <th scope="row">{name}</th>
                <td>{formatCount(bin.n)}</td>
                <td>{formatFigure(bin.said)}</td>
                <td>{formatFigure(bin.true)}</td>
              </tr>
            )),
          )}
        </FigureTable>
      </details>
    </figure>
  );
}

function describe(bin: Bin, said: string, so: string): string {
  return `${formatCount(bin.n)} tickets. ${said}: ${formatFigure(bin.said)}. ${so}: ${formatFigure(bin.true)}.`;
}
