import { useCallback, useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import type { Ticket } from "@/api/types";
import { useUrlState } from "@/app/urlState";
import { DataTable } from "@/components/DataTable";
import { ErrorState } from "@/components/ErrorState";
import { NOTHING, type Selection } from "@/components/rowKeys";
import { SplitView } from "@/components/SplitView";
import { TicketView } from "@/components/ticket/TicketView";
import { pathOf, titleOf } from "@/components/ticket/texts";
import { useMediaQuery } from "@/components/useMediaQuery";
import { formatCount, formatCounted } from "@/format/number";
import { useTicketList } from "@/live/lists";
import { NARROW, WIDE } from "./columns";
import { EmptyQueue } from "./EmptyQueue";
import { FilterBar } from "./FilterBar";
import { CODECS, type Filters, NONE, ownFilter, type Sort, tokens, toQuery } from "./filters";
import styles from "./QueuePage.module.css";
import { QueueSkeleton } from "./QueueSkeleton";
import { SelectionBar } from "./SelectionBar";

/** Below, the columns would leave the words no room. */
const CRAMPED = "(max-width: 1199px)";
/** From here on a ticket opens beside the list; below it is a page of its own. */
const SPLIT = "(min-width: 1100px)";
const ROW = 40;
const TALL_ROW = 56;

const OPEN = { ticket: { read: (raw: string | null) => raw, write: (id: string | null) => id } };
const idOf = (ticket: Ticket) => ticket.ticket_id;

export default function QueuePage() {
  const [filters, setFilters] = useUrlState(CODECS);
  const [{ ticket: asked }, setOpen] = useUrlState(OPEN);
  const [, navigate] = useLocation();
  const cramped = useMediaQuery(CRAMPED);
  const split = useMediaQuery(SPLIT);
  const openId = split ? asked : null;
  const [held, setHeld] = useState(false);
  const [selection, setSelection] = useState<Selection>(NOTHING);
  // "The last hour" begins where it began when it was chosen: rows do not drop out under the reader.
  const [query, own] = useMemo(() => [toQuery(filters, Date.now()), ownFilter(filters)], [filters]);
  const list = useTicketList(query, held || openId !== null, own);
  const chosen = useMemo(() => list.rows.filter((row) => selection.ids.has(idOf(row))), [list.rows, selection]);

  const open = (ticket: Ticket) => {
    if (split) setOpen({ ticket: ticket.ticket_id });
    else navigate(pathOf(ticket.ticket_id));
  };
  const close = useCallback(() => setOpen({ ticket: null }), [setOpen]);
  const change = (next: Partial<Filters>) => {
    setSelection(NOTHING);
    setFilters(next);
  };

  const narrow = cramped || openId !== null;
  const failed = list.error !== null && list.rows.length === 0;
  const filtered = tokens(filters).length > 0;
  return (
    <SplitView
      label="Ticket"
      open={openId !== null}
      onClose={close}
      wide
      actions={openId !== null && <Link href={pathOf(openId)}>Open as a page</Link>}
      // Another ticket begins at its top, with nothing of the one before.
      detail={openId !== null && <TicketView key={openId} id={openId} onDeleted={close} />}
    >
      <div className={styles.list}>
        <FilterBar
          filters={filters}
          onChange={change}
          count={list.loading || failed ? "" : counted(list.rows.length, list.hasMore)}
        />
        {list.error && <ErrorState error={list.error} onRetry={list.retry} />}
        <div className={styles.table} hidden={failed}>
          {list.loading && !failed && <QueueSkeleton rowHeight={narrow ? TALL_ROW : ROW} />}
          {!list.loading && list.rows.length === 0 && !failed && (
            <EmptyQueue
              filtered={filtered}
              searching={list.hasMore}
              onClear={() => change(NONE)}
              onMore={list.loadMore}
            />
          )}
          {list.rows.length > 0 && (
            <DataTable
              label="Tickets"
              rows={list.rows}
              columns={narrow ? NARROW : WIDE}
              rowHeight={narrow ? TALL_ROW : ROW}
              idOf={idOf}
              nameOf={titleOf}
              onOpen={open}
              openId={openId}
              {...(openId !== null && { onMove: open })}
              sort={filters.sort}
              onSort={(sort) => change({ sort: sort as Sort })}
              selection={selection}
              onSelect={setSelection}
              onHold={setHeld}
              newcomer="new ticket"
              pending={list.pending}
              onShowPending={list.showPending}
              hasMore={list.hasMore}
              onMore={list.loadMore}
              loadingMore={list.loadingMore}
              moreFailed={list.moreFailed}
            />
          )}
        </div>
        <SelectionBar tickets={chosen} onClear={() => setSelection(NOTHING)} />
      </div>
    </SplitView>
  );
}

/** `100+ tickets` while there are more than those that were loaded. */
function counted(rows: number, more: boolean): string {
  return more ? `${formatCount(rows)}+ tickets` : formatCounted(rows, "ticket");
}
