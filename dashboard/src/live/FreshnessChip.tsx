import { Pause, Play } from "lucide-react";
import { cx } from "@/components/cx";
import { formatAge } from "@/format/number";
import { usePollTime } from "./clock";
import styles from "./FreshnessChip.module.css";
import { classify, type Freshness } from "./freshness";
import { useLivePart, usePoller } from "./LiveProvider";
import type { PollState } from "./poller";

/** `Updated 2 s ago`, `Refreshing`, `Stale 14 s · reconnecting in 3 s`, `Paused`. */
export function describeFreshness(state: PollState, nowMs: number): string {
  const freshness = classify(state, nowMs);
  const age = state.updatedAt === null ? null : formatAge(nowMs - state.updatedAt);
  if (freshness === "paused") return age === null ? "Paused" : `Paused ${age} ago`;
  const retry = state.retryAt === null ? "" : reconnecting(state.retryAt - nowMs);
  if (freshness === "stale") return retry ? `Stale ${age} · ${retry}` : `Stale ${age} · reconnecting`;
  if (retry) return age === null ? `No answer · ${retry}` : `Updated ${age} ago · ${retry}`;
  return freshness === "refreshing" ? "Refreshing" : `Updated ${age} ago`;
}

function reconnecting(ms: number): string {
  return ms < 1000 ? "reconnecting" : `reconnecting in ${Math.ceil(ms / 1000)} s`;
}

/** How fresh the page is; pressing it pauses the updates or goes on. */
export function FreshnessChip() {
  const poller = usePoller();
  const paused = useLivePart((state) => state.paused);
  const text = usePollTime(describeFreshness);
  const freshness = usePollTime<Freshness>(classify);
  return (
    <button
      type="button"
      className={cx(styles.chip, styles[freshness])}
      aria-pressed={paused}
      aria-label={`${text}. Pause updates`}
      title={paused ? "Go on updating (r)" : "Pause updates (r)"}
      onClick={() => poller.setPaused(!paused)}
    >
      <span className={styles.dot} aria-hidden="true" />
      <span className={styles.text}>{text}</span>
      {paused ? <Play size={12} aria-hidden /> : <Pause size={12} aria-hidden />}
    </button>
  );
}

/** For screen readers: a change of the state alone, not each second. */
export function FreshnessAnnouncer() {
  const freshness = usePollTime<Freshness>(classify);
  const words: Record<Freshness, string> = {
    updated: "",
    refreshing: "",
    stale: "The page is stale: the router does not answer.",
    paused: "Updates are paused.",
  };
  return (
    <p className="visually-hidden" role="status">
      {words[freshness]}
    </p>
  );
}
