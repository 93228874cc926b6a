import { CircleCheck, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useMay } from "@/api/session";
import type { DeadLetter } from "@/api/types";
import { text, useUrlState } from "@/app/urlState";
import { Button } from "@/components/Button";
import { Card } from "@/components/Card";
import { DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { NOTHING, type Selection } from "@/components/rowKeys";
import { Skeleton } from "@/components/Skeleton";
import { SplitView } from "@/components/SplitView";
import { formatCounted } from "@/format/number";
import { COLUMNS } from "./columns";
import { DeadLetterPanel } from "./DeadLetterPanel";
import styles from "./FailedPage.module.css";
import { RedriveDialog, type Which } from "./RedriveDialog";
import { useDeadLetters } from "./useDeadLetters";

const STATE = { id: text() };

export function DeadLetters() {
  const [{ id }, setState] = useUrlState(STATE);
  const [held, setHeld] = useState(false);
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const [asked, setAsked] = useState<Which | null>(null);
  const letters = useDeadLetters(held);
  const { rows } = letters;
  const selected = rows.filter((letter) => selection.ids.has(letter.id));
  if (letters.isPending) {
    return (
      <Card title="Dead letters">
        <Skeleton lines={8} label="Loading dead letters" />
      </Card>
    );
  }
  if (letters.error && rows.length === 0) {
    return <ErrorState error={letters.error} onRetry={() => void letters.refetch()} />;
  }
  if (rows.length === 0) return <Empty />;
  return (
    <div className={styles.page}>
      <Bar selected={selected} onAsk={setAsked} />
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
        <DataTable<DeadLetter>
          label="Dead letters, newest first"
          rows={rows}
          columns={COLUMNS}
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
        />
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

function Bar({ selected, onAsk }: { selected: readonly DeadLetter[]; onAsk: (which: Which) => void }) {
  const may = useMay("operate");
  const title = may ? undefined : "This key lacks the scope operate";
  return (
    <div className={styles.bar}>
      <p className={styles.muted}>A redrive opens a failed ticket again, or puts an unreadable message back.</p>
      <div className={styles.buttons}>
        {selected.length > 0 && (
          <Button
            icon={RotateCcw}
            disabled={!may}
            title={title}
            onClick={() => onAsk({ ids: selected.map(({ id }) => id) })}
          >
            Redrive {formatCounted(selected.length, "selected one", "selected ones")}
          </Button>
        )}
        <Button icon={RotateCcw} disabled={!may} title={title} onClick={() => onAsk({ all: true })}>
          Redrive all
        </Button>
      </div>
    </div>
  );
}

function Empty() {
  return (
    <EmptyState icon={CircleCheck} title="Nothing has failed">
      Every ticket that was accepted is scored or on its way. What cannot be finished waits here for an operator.
    </EmptyState>
  );
}
