import { useCategories } from "@/api/queries";
import styles from "./CategoryTag.module.css";

/** The colour of a category in charts and tags: its place in `labels.category` of `GET /model`. */
export function seriesColour(categories: readonly string[], category: string): string {
  const place = categories.indexOf(category);
  return place < 0 ? "var(--neutral)" : `var(--series-${(place % 6) + 1})`;
}

export function CategoryTag({ category }: { category: string | null }) {
  const categories = useCategories();
  if (category === null) return <span className={styles.none}>No category</span>;
  return (
    <span className={styles.tag}>
      <span className={styles.dot} style={{ background: seriesColour(categories, category) }} aria-hidden="true" />
      <span className={styles.word}>{category}</span>
    </span>
  );
}
