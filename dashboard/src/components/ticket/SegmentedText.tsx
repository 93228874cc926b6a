import type { components } from "@/api/schema";
import { cx } from "@/components/cx";
import styles from "./SegmentedText.module.css";
import { signed } from "./terms";

type Segment = components["schemas"]["SegmentResource"];

/** What moves S by less is not marked: it would be noise. */
const MARKED_FROM = 0.01;
const isMarked = ({ weight }: Segment) => Math.abs(weight) >= MARKED_FROM;

/** A text with the pieces marked that raise or lower S: by line, sign and colour. */
export function SegmentedText({ segments }: { segments: readonly Segment[] }) {
  return (
    <p className={styles.text}>
      {segments.map((segment, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces may repeat, and never move
        <Piece key={index} segment={segment} />
      ))}
    </p>
  );
}

function Piece({ segment }: { segment: Segment }) {
  if (!isMarked(segment)) return segment.text;
  // The line ends with the words: white space around them stays outside.
  const [, before = "", words = "", after = ""] = /^(\s*)(.*?)(\s*)$/s.exec(segment.text) ?? [];
  return (
    <>
      {before}
      <mark className={cx(styles.mark, segment.weight > 0 ? styles.up : styles.down)}>{words}</mark>
      <sup className={styles.weight}>
        <span className="visually-hidden"> ({segment.weight > 0 ? "raises" : "lowers"} S by </span>
        {signed(segment.weight)}
        <span className="visually-hidden">)</span>
      </sup>
      {after}
    </>
  );
}

/** The same as a list, strongest first. */
export function SegmentList({ segments }: { segments: readonly Segment[] }) {
  const marked = segments.filter(isMarked).sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  if (marked.length === 0) return <p className={styles.none}>No single piece of the text moves S by 0.01 or more.</p>;
  return (
    <ul className={styles.list}>
      {marked.map((segment) => (
        <li key={segment.text + segment.weight}>
          <span className={styles.figure}>{signed(segment.weight)}</span>
          <q>{segment.text.trim()}</q>
        </li>
      ))}
    </ul>
  );
}
