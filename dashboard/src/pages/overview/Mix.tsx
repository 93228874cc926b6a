import { Link } from "wouter";
import { useCategories } from "@/api/queries";
import type { Stats } from "@/api/types";
import type { Range } from "@/app/range";
import { CategoryTag } from "@/components/CategoryTag";
import { cx } from "@/components/cx";
import { EmptyState } from "@/components/EmptyState";
import { BandShape } from "@/components/UrgencyMeter";
import { BAND_WORDS, BANDS } from "@/format/band";
import { formatCount, formatCounted, formatShare } from "@/format/number";
import { links } from "./links";
import styles from "./Mix.module.css";
import { mixOf } from "./mix";

/** Scored tickets by category and band of urgency; each count leads to its tickets. */
export function Mix({ stats, range }: { stats: Stats; range: Range }) {
  const rows = mixOf(stats.by_category_band, useCategories());
  const most = Math.max(1, ...rows.map(({ total }) => total));
  const all = rows.reduce((sum, { total }) => sum + total, 0);
  if (all === 0) return <EmptyState title="No ticket was scored in this time" />;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">Category</th>
          <th scope="col" className={styles.bars}>
            <span className="visually-hidden">Share</span>
          </th>
          {BANDS.map((band) => (
            <th key={band} scope="col">
              <span className={styles.band}>
                <BandShape band={band} />
                {BAND_WORDS[band]}
              </span>
            </th>
          ))}
          <th scope="col">All</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ category, counts, total }) => (
          <tr key={category}>
            <th scope="row">
              <CategoryTag category={category} />
            </th>
            <td className={styles.bars}>
              <span className={styles.bar} aria-hidden="true">
                {BANDS.map((band) => (
                  <span
                    key={band}
                    className={cx(styles.part, styles[band])}
                    style={{ width: `${(counts[band] / most) * 100}%` }}
                  />
                ))}
              </span>
              <span className={styles.share}>{formatShare(total / all)}</span>
            </td>
            {BANDS.map((band) => (
              <td key={band}>
                {counts[band] === 0 ? (
                  <span className={styles.zero}>0</span>
                ) : (
                  <Link
                    href={links.mix(category, range, band)}
                    className={styles.count}
                    aria-label={formatCounted(
                      counts[band],
                      `${category} ticket, ${BAND_WORDS[band]}`,
                      `${category} tickets, ${BAND_WORDS[band]}`,
                    )}
                  >
                    {formatCount(counts[band])}
                  </Link>
                )}
              </td>
            ))}
            <td>
              {total === 0 ? (
                <span className={styles.zero}>0</span>
              ) : (
                <Link href={links.mix(category, range)} className={styles.count}>
                  {formatCount(total)}
                </Link>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
