import { Send } from "lucide-react";
import { useMemo, useState } from "react";
import { useCategories } from "@/api/queries";
import { useMay } from "@/api/session";
import type { Delivery } from "@/api/types";
import { useDestinations } from "@/api/useDestinations";
import { useUrlState } from "@/app/urlState";
import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { FilterTokens } from "@/components/FilterTokens";
import { Skeleton } from "@/components/Skeleton";
import { SplitView } from "@/components/SplitView";
import { serverNow } from "@/live/clock";
import { usePoller } from "@/live/LiveProvider";
import { useDeliveryList } from "@/live/lists";
import { COLUMNS } from "./columns";
import styles from "./DeliveriesPage.module.css";
import { DeliveryPanel } from "./DeliveryPanel";
import { DestinationStrip } from "./DestinationStrip";
import { AGE_WORDS, AGES, STATE, STATUSES, toFilters } from "./filters";
import { ReplayDialog } from "./ReplayDialog";

export default function DeliveriesPage() {
  const [state, setState] = useUrlState(STATE);
  const [held, setHeld] = useState(false);
  const [replaying, setReplaying] = useState(false);
  const may = useMay("operate");
  const poller = usePoller();
  const { status, destination, category, age } = state;
  const filters = useMemo(
    () => toFilters({ status, destination, category, age }, serverNow(poller.getState(), Date.now())),
    [status, destination, category, age, poller],
  );
  const list = useDeliveryList(filters, held);
  const open = list.rows.find(({ id }) => id === state.id) ?? null;
  return (
    <div className={styles.page}>
      <DestinationStrip
        chosen={destination}
        onChoose={(id) => setState({ destination: id === destination ? "" : id }, { push: true })}
      />
      <div className={styles.bar}>
        <Filters state={state} onChange={(change) => setState(change, { push: true })} />
        <Button
          icon={Send}
          disabled={!may}
          title={may ? undefined : "This key lacks the scope operate"}
          onClick={() => setReplaying(true)}
        >
          Send many again
        </Button>
      </div>
      <SplitView
        label="Delivery"
        open={state.id !== ""}
        onClose={() => setState({ id: "" })}
        detail={<DeliveryPanel key={state.id} id={state.id} row={open} />}
      >
        <Rows
          list={list}
          openId={state.id}
          filtered={Object.keys(filters).length > 0}
          onHold={setHeld}
          onOpen={(id) => setState({ id })}
        />
      </SplitView>
      {replaying && <ReplayDialog filters={filters} onClose={() => setReplaying(false)} />}
    </div>
  );
}

type RowsProps = {
  list: ReturnType<typeof useDeliveryList>;
  openId: string;
  filtered: boolean;
  onHold: (held: boolean) => void;
  onOpen: (id: string) => void;
};

function Rows({ list, openId, filtered, onHold, onOpen }: RowsProps) {
  if (list.loading)
    return (
      <Card title="Deliveries">
        <Skeleton lines={10} label="Loading deliveries" />
      </Card>
    );
  if (list.error && list.rows.length === 0) return <ErrorState error={list.error} onRetry={list.retry} />;
  if (list.rows.length === 0 && list.pending === 0) return <Empty filtered={filtered} />;
  return (
    <DataTable<Delivery>
      label="Deliveries, newest first"
      rows={list.rows}
      columns={COLUMNS as readonly Column<Delivery>[]}
      idOf={(delivery) => delivery.id}
      onOpen={(delivery) => onOpen(delivery.id)}
      openId={openId}
      onHold={onHold}
      pending={list.pending}
      onShowPending={list.showPending}
      hasMore={list.hasMore}
      onMore={list.loadMore}
      loadingMore={list.loadingMore}
    />
  );
}

function Empty({ filtered }: { filtered: boolean }) {
  if (filtered) return <EmptyState icon={Send} title="No delivery matches these filters" />;
  return (
    <EmptyState icon={Send} title="Nothing was sent yet">
      A ticket with S above 0.8 makes one delivery for each destination that wants it. Try one of the urgent presets on
      the Try page, or test a destination above.
    </EmptyState>
  );
}

type FilterState = { status: string | null; destination: string; category: string; age: string | null };
type FiltersProps = { state: FilterState; onChange: (change: Record<string, never>) => void };

function Filters({ state, onChange }: FiltersProps) {
  const categories = useCategories();
  const { data: destinations } = useDestinations();
  const words = (value: string) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) });
  return (
    <FilterTokens
      filters={[
        { name: "status", label: "Status", value: state.status, options: STATUSES.map(words) },
        {
          name: "destination",
          label: "Destination",
          value: state.destination || null,
          options: (destinations ?? []).map(({ id }) => ({ value: id, label: id })),
        },
        {
          name: "category",
          label: "Category",
          value: state.category || null,
          options: categories.map((value) => ({ value, label: value })),
        },
        {
          name: "age",
          label: "Last changed",
          value: state.age,
          options: AGES.map((value) => ({ value, label: AGE_WORDS[value] })),
        },
      ]}
      onChange={(change) =>
        onChange(
          Object.fromEntries(
            Object.entries(change).map(([name, value]) => [
              name,
              value ?? (name === "status" || name === "age" ? null : ""),
            ]),
          ) as Record<string, never>,
        )
      }
    />
  );
}
