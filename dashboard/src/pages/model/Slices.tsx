import { FigureTable } from "@/components/FigureTable";
import { formatCount } from "@/format/number";
import { FEW, FIGURES, type Figures, formatFigure } from "./card";
import styles from "./Slices.module.css";

type Props = { title: string; parts: Record<string, Figures>; nameOf?: (part: string) => string };

/** The figures of parts of a set, e.g. by language. */
export function Slices({ title, parts, nameOf = (part) => part }: Props) {
  const head = [title, "Tickets", ...FIGURES.map(({ title: figure }) => figure), "Emergencies found"];
  return (
    <FigureTable label={`Figures by ${title.toLowerCase()}`} head={head}>
      {Object.entries(parts).map(([part, figures]) => (
        <tr key={part}>
          <th scope="row">{nameOf(part)}</th>
          <td>
            {formatCount(figures.n ?? 0)}
            {(figures.n ?? 0) < FEW && <span className={styles.few}> (few)</span>}
          </td>
          {FIGURES.map(({ key }) => (
            <td key={key}>{formatFigure(figures[key])}</td>
          ))}
          <td>
            <span className={styles.recall}>
              <span className={styles.track} aria-hidden="true">
                <span className={styles.bar} style={{ width: `${(figures.alert_recall ?? 0) * 100}%` }} />
              </span>
              {formatFigure(figures.alert_recall)}
            </span>
          </td>
        </tr>
      ))}
    </FigureTable>
  );
}
