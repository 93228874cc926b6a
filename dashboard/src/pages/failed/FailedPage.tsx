import { oneOf, useUrlState } from "@/app/urlState";
import { Tabs } from "@/components/Tabs";
import { formatCount } from "@/format/number";
import { useLivePart } from "@/live/LiveProvider";
import { AuditTrail } from "./AuditTrail";
import { DeadLetters } from "./DeadLetters";

const TABS = ["dead-letters", "audit"] as const;
const STATE = { tab: oneOf(TABS, "dead-letters") };

/** What was accepted and could not be finished; and what operators did, here and elsewhere. */
export default function FailedPage() {
  const [{ tab }, setState] = useUrlState(STATE);
  const count = useLivePart(({ summary }) => summary?.dead_letters ?? null);
  return (
    <Tabs
      label="Failed"
      value={tab}
      onChange={(next) => setState({ tab: next }, { push: true })}
      tabs={[
        {
          value: "dead-letters",
          label: count === null ? "Dead letters" : `Dead letters ${formatCount(count)}`,
          content: <DeadLetters />,
        },
        { value: "audit", label: "What operators did", content: <AuditTrail /> },
      ]}
    />
  );
}
