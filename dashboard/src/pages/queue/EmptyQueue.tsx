import { Inbox, SearchX } from "lucide-react";
import { useEffect } from "react";
import { Link } from "wouter";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";

type Props = {
  filtered: boolean;
  /** No ticket of the pages that were read passes the filters; there are more. */
  searching: boolean;
  onClear: () => void;
  onMore: () => void;
};

export function EmptyQueue({ filtered, searching, onClear, onMore }: Props) {
  useEffect(() => {
    if (searching) onMore();
  }, [searching, onMore]);
  if (searching) return <EmptyState title="Searching further back" />;
  if (filtered)
    return (
      <EmptyState
        icon={SearchX}
        title="No ticket passes these filters"
        action={<Button onClick={onClear}>Clear filters</Button>}
      >
        <p>New ones that pass appear here by themselves.</p>
      </EmptyState>
    );
  return (
    <EmptyState icon={Inbox} title="No tickets yet" action={<Link href="/try">Write a first one</Link>}>
      <p>
        They come by <code>POST /tickets</code> and appear here within seconds, most urgent first.
      </p>
    </EmptyState>
  );
}
