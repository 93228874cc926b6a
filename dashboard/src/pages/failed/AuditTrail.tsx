import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { Link } from "wouter";
import { api, read } from "@/api/client";
import type { ApiError } from "@/api/problem";
import type { components } from "@/api/schema";
import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Skeleton } from "@/components/Skeleton";
import { Stacked } from "@/components/Stacked";
import { Badge, type Tone } from "@/components/StatusWord";
import { RelativeTime } from "@/components/Time";
import { PHONE, TALL_ROW, useMediaQuery } from "@/components/useMediaQuery";
import { actionWords, type Entry, factWords, targetHref } from "./audit";
import styles from "./FailedPage.module.css";

type Page = components["schemas"]["AuditPage"];
const PAGE = 100;
const TONES: Record<Entry["outcome"], Tone> = { running: "neutral", done: "ok", refused: "warning", failed: "failing" };

/** Who did what, when, and how it ended. It is not live: it is looked at when something happened. */
export function AuditTrail() {
  const phone = useMediaQuery(PHONE);
  const query = useInfiniteQuery<Page, ApiError, { pages: Page[] }, readonly unknown[], string | null>({
    queryKey: ["audit"],
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) => {
      const params = { query: { limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) } };
      return read(api.GET("/audit", { params, signal }));
    },
    getNextPageParam: ({ cursor }) => cursor,
    staleTime: 0,
  });
  const rows = query.data?.pages.flatMap(({ entries }) => entries) ?? [];
  if (query.isPending) {
    return (
      <Card title="What operators did">
        <Skeleton lines={8} label="Loading the audit trail" />
      </Card>
    );
  }
  if (query.error && rows.length === 0) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (rows.length === 0) {
    return (
      <EmptyState icon={ScrollText} title="No operator has done anything yet">
        Replays, redrives, tests, deletions and what is done about incidents are written down here, with the key that
        did it.
      </EmptyState>
    );
  }
  return (
    <div className={styles.page}>
      <div className={styles.bar}>
        <p className={styles.muted}>The newest 10,000 actions of operators, for 400 days.</p>
        <Button busy={query.isRefetching} onClick={() => void query.refetch()}>
          Refresh
        </Button>
      </div>
      {query.error && (
        <ErrorState
          error={query.error}
          onRetry={() => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch())}
        />
      )}
      <DataTable<Entry>
        label="What operators did, newest first"
        rows={rows}
        columns={phone ? PHONE_COLUMNS : COLUMNS}
        {...(phone && { rowHeight: TALL_ROW })}
        idOf={(entry) => entry.id}
        hasMore={query.hasNextPage}
        onMore={() => void query.fetchNextPage()}
        loadingMore={query.isFetchingNextPage}
        moreFailed={query.isFetchNextPageError}
      />
    </div>
  );
}

const COLUMNS: readonly Column<Entry>[] = [
  { key: "at", header: "When", width: 104, cell: ({ at }) => <RelativeTime at={at} /> },
  { key: "actor", header: "Who", width: 140, hideBelow: 640, cell: ({ actor, actor_name }) => actor_name || actor },
  { key: "action", header: "What", cell: (entry) => actionWords(entry) },
  { key: "target", header: "About", width: 280, hideBelow: 1024, cell: (entry) => <Target entry={entry} /> },
  { key: "facts", header: "Figures", width: 240, hideBelow: 1440, cell: factWords },
  {
    key: "outcome",
    header: "End",
    width: 150,
    cell: ({ outcome, code }) => (
      <>
        <Badge tone={TONES[outcome]}>{outcome}</Badge> {code}
      </>
    ),
  },
];

const PHONE_COLUMNS: readonly Column<Entry>[] = [
  {
    key: "action",
    header: "What",
    cell: (entry) => (
      <Stacked
        below={
          <>
            <RelativeTime at={entry.at} />, {entry.actor_name || entry.actor} <Target entry={entry} />
          </>
        }
      >
        {actionWords(entry)}
      </Stacked>
    ),
  },
  {
    key: "outcome",
    header: "End",
    width: 84,
    cell: ({ outcome }) => <Badge tone={TONES[outcome]}>{outcome}</Badge>,
  },
];

function Target({ entry }: { entry: Entry }) {
  const href = targetHref(entry);
  return href ? <Link href={href}>{entry.target}</Link> : entry.target;
}
