import { CircleCheck, RotateCcw } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import type { DeadLetter } from "@/api/types";
import { oneOf, text, useUrlState } from "@/app/urlState";
import { Card } from "@/components/Card";
import { DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { FilterTokens } from "@/components/FilterTokens";
import { OperatorButton } from "@/components/OperatorButton";
import { NOTHING, type Selection } from "@/components/rowKeys";
import { Skeleton } from "@/components/Skeleton";
import { SplitView } from "@/components/SplitView";
import { PHONE, TALL_ROW, useMediaQuery } from "@/components/useMediaQuery";
import { AGE_WORDS, AGES, sinceOf } from "@/format/age";
import { REASONS } from "@/format/failure";
import { formatCounted } from "@/format/number";
import { serverNow } from "@/live/clock";
import { usePoller } from "@/live/LiveProvider";
import { COLUMNS, NARROW, PHONE_COLUMNS } from "./columns";
import { DeadLetterPanel } from "./DeadLetterPanel";
import styles from "./FailedPage.module.css";
import { RedriveDialog, type Which } from "./RedriveDialog";
import { type DeadLetterFilters, useDeadLetters } from "./useDeadLetters";

const STATE = { id: text(), reason: text(), age: oneOf(AGES) };

const REASON_OPTIONS = Object.entries(REASONS).map(([value, [label]]) => ({ value, label }));

/** What a filter that is taken away leaves in the address. */
function toState(change: Record<string, string | null>) {
  return {
    ...("reason" in change && { reason: change.reason ?? "" }),
    ...("age" in change && { age: AGES.find((age) => age === change.age) ?? null }),
  };
}

export function DeadLetters() {
  const [{ id, reason, age }, setState] = useUrlState(STATE);
  const poller = usePoller();
  const filters = useMemo(
    () => ({
      ...(reason && { reason }),
      ...(age && { since: sinceOf(age, serverNow(poller.getState(), Date.now())) }),
    }),
    [reason, age, poller],
  );
  const phone = useMediaQuery(PHONE);
  const [held, setHeld] = useState(false);
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const [asked, setAsked] = useState<Which | null>(null);
  const letters = useDeadLetters(filters, held || id !== "");
  const { rows } = letters;
  const selected = rows.filter((letter) => selection.ids.has(letter.id));
  return (
    <div className={styles.page}>
      <div className={styles.bar}>
        <FilterTokens
          filters={[
            { name: "reason", label: "Reason", value: reason || null, options: REASON_OPTIONS },
            {
              name: "age",
              label: "Given up",
              value: age,
              options: AGES.map((value) => ({ value, label: AGE_WORDS[value] })),
            },
          ]}
          onChange={(change) => {
            setSelection(NOTHING);
            setState(toState(change), { push: true });
          }}
        />
        <Redrive selected={selected} filters={filters} some={rows.length > 0} onAsk={setAsked} />
      </div>
      <SplitView
        label="Dead letter"
        open={id !== ""}
        onClose={() => setState({ id: "" })}
        detail={
          <DeadLetterPanel
            key={id}
            letter={rows.find((letter) => letter.id === id) ?? null}
            onRedrive={() => setAsked({ ids: [id] })}
          />
        }
      >
        <Rows letters={letters} filtered={reason !== "" || age !== null}>
          <DataTable<DeadLetter>
            label="Dead letters, newest first"
            rows={rows}
            columns={phone ? PHONE_COLUMNS : id ? NARROW : COLUMNS}
            {...(phone && { rowHeight: TALL_ROW })}
            idOf={(letter) => letter.id}
            nameOf={(letter) => letter.ticket_id ?? `message ${letter.id}`}
            onOpen={(letter) => setState({ id: letter.id })}
            openId={id}
            selection={selection}
            onSelect={setSelection}
            onHold={setHeld}
            hasMore={letters.hasNextPage}
            onMore={() => void letters.fetchNextPage()}
            loadingMore={letters.isFetchingNextPage}
            moreFailed={letters.isFetchNextPageError}
          />
        </Rows>
      </SplitView>
      {asked && (
        <RedriveDialog
          which={asked}
          onClose={() => setAsked(null)}
          onDone={() => {
            setSelection(NOTHING);
            void letters.refetch();
          }}
        />
      )}
    </div>
  );
}

type RedriveProps = {
  selected: readonly DeadLetter[];
  filters: DeadLetterFilters;
  some: boolean;
  onAsk: (which: Which) => void;
};

function Redrive({ selected, filters, some, onAsk }: RedriveProps) {
  if (!some) return null;
  const filtered = Object.keys(filters).length > 0;
  return (
    <div className={styles.buttons}>
      {selected.length > 0 && (
        <OperatorButton icon={RotateCcw} onClick={() => onAsk({ ids: selected.map(({ id }) => id) })}>
          {`Redrive ${formatCounted(selected.length, "selected one", "selected ones")}`}
        </OperatorButton>
      )}
      <OperatorButton icon={RotateCcw} onClick={() => onAsk(filters)}>
        {filtered ? "Redrive all that match" : "Redrive all"}
      </OperatorButton>
    </div>
  );
}

type RowsProps = { letters: ReturnType<typeof useDeadLetters>; filtered: boolean; children: ReactNode };

/** The table, or why there is none. */
function Rows({ letters, filtered, children }: RowsProps) {
  if (letters.isPending) {
    return (
      <Card title="Dead letters">
        <Skeleton lines={8} label="Loading dead letters" />
      </Card>
    );
  }
  const retry = () => void (letters.isFetchNextPageError ? letters.fetchNextPage() : letters.refetch());
  const error = letters.error && <ErrorState error={letters.error} onRetry={retry} />;
  if (letters.rows.length > 0) {
    return (
      <>
        {error}
        {children}
      </>
    );
  }
  if (error) return error;
  if (filtered) return <EmptyState title="No dead letter matches these filters" />;
  return <Empty />;
}

function Empty() {
  return (
    <EmptyState icon={CircleCheck} title="Nothing has failed">
      Every ticket that was accepted is scored or on its way. What cannot be finished waits here for an operator.
    </EmptyState>
  );
}
