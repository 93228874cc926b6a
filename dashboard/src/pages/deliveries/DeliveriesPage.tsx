import { Send } from "lucide-react";
import { useMemo, useState } from "react";
import type { Delivery } from "@/api/types";
import { useUrlState } from "@/app/urlState";
import { Card } from "@/components/Card";
import { DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { OperatorButton } from "@/components/OperatorButton";
import { Skeleton } from "@/components/Skeleton";
import { SplitView } from "@/components/SplitView";
import { PHONE, TALL_ROW, useMediaQuery } from "@/components/useMediaQuery";
import { serverNow } from "@/live/clock";
import { usePoller } from "@/live/LiveProvider";
import { useDeliveryList } from "@/live/lists";
import { COLUMNS, NARROW, PHONE_COLUMNS } from "./columns";
import styles from "./DeliveriesPage.module.css";
import { DeliveryFilters } from "./DeliveryFilters";
import { DeliveryPanel } from "./DeliveryPanel";
import { DestinationStrip } from "./DestinationStrip";
import { STATE, toQuery } from "./filters";
import { ReplayDialog } from "./ReplayDialog";

export default function DeliveriesPage() {
  const [state, setState] = useUrlState(STATE);
  const [held, setHeld] = useState(false);
  const [replaying, setReplaying] = useState(false);
  const poller = usePoller();
  const { status, destination, category, age } = state;
  const filters = useMemo(
    () => toQuery({ status, destination, category, age }, serverNow(poller.getState(), Date.now())),
    [status, destination, category, age, poller],
  );
  const list = useDeliveryList(filters, held || state.id !== "");
  const open = list.rows.find(({ id }) => id === state.id) ?? null;
  return (
    <div className={styles.page}>
      <DestinationStrip
        chosen={destination}
        onChoose={(id) => setState({ destination: id === destination ? "" : id }, { push: true })}
      />
      <div className={styles.bar}>
        <DeliveryFilters filters={state} onChange={(change) => setState(change, { push: true })} />
        <OperatorButton icon={Send} onClick={() => setReplaying(true)}>
          Send many again
        </OperatorButton>
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
  const phone = useMediaQuery(PHONE);
  if (list.loading)
    return (
      <Card title="Deliveries">
        <Skeleton lines={10} label="Loading deliveries" />
      </Card>
    );
  if (list.error && list.rows.length === 0) return <ErrorState error={list.error} onRetry={list.retry} />;
  if (list.rows.length === 0 && list.pending === 0) return <Empty filtered={filtered} />;
  return (
    <>
      {list.error && <ErrorState error={list.error} onRetry={list.retry} />}
      <DataTable<Delivery>
        label="Deliveries, newest first"
        rows={list.rows}
        columns={phone ? PHONE_COLUMNS : openId ? NARROW : COLUMNS}
        {...(phone && { rowHeight: TALL_ROW })}
        idOf={(delivery) => delivery.id}
        onOpen={(delivery) => onOpen(delivery.id)}
        openId={openId}
        onHold={onHold}
        newcomer="new delivery"
        newcomers="new deliveries"
        pending={list.pending}
        onShowPending={list.showPending}
        hasMore={list.hasMore}
        onMore={list.loadMore}
        loadingMore={list.loadingMore}
        moreFailed={list.moreFailed}
      />
    </>
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
