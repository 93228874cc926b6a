import { type ReactNode, useEffect, useState } from "react";
import { matchRoute, useLocation, useRouter, useSearch } from "wouter";
import { Skeleton } from "@/components/Skeleton";
import { Toasts } from "@/components/Toast";
import { nextTheme, setTheme, useTheme } from "@/design/theme";
import { FreshnessAnnouncer } from "@/live/FreshnessChip";
import { useLivePart, usePoller } from "@/live/LiveProvider";
import { HealthBanner } from "./HealthBanner";
import { useHotkeyListener, useHotkeys } from "./hotkeys";
import { KeyboardHelp } from "./KeyboardHelp";
import styles from "./Layout.module.css";
import { Mark } from "./Mark";
import { Navigation } from "./Navigation";
import { NAV, PAGES } from "./pages";
import { withRange } from "./range";
import { TopBar } from "./TopBar";

/** The page of the address, whose title becomes the document's. */
function usePage(): { title: string; ranged: boolean } {
  const { parser } = useRouter();
  const [location] = useLocation();
  const { title, ranged = false } = PAGES.find(({ path }) => matchRoute(parser, path, location)[0]) ?? NOWHERE;
  useEffect(() => {
    document.title = `${title} · Ticket router`;
  }, [title]);
  return { title, ranged };
}

const NOWHERE = { title: "Not found", ranged: false };

/** The keys that work on every page. */
function useGlobalKeys(showHelp: () => void) {
  const [, navigate] = useLocation();
  const search = useSearch();
  const theme = useTheme();
  const poller = usePoller();
  useHotkeyListener();
  useHotkeys([
    ...NAV.map(({ path, title, nav }) => ({
      keys: `g ${nav.key}`,
      does: title,
      run: () => navigate(withRange(path, search)),
    })),
    { keys: "r", does: "Pause updates, or go on", run: () => poller.setPaused(!poller.getState().paused) },
    { keys: "t", does: "Next theme", run: () => setTheme(nextTheme(theme)) },
    { keys: "?", does: "Show all keys", run: showHelp },
  ]);
}

/** The frame of every page. */
export function Layout({ children }: { children: ReactNode }) {
  const { title, ranged } = usePage();
  const [help, setHelp] = useState(false);
  // Lists wait for the first cursor: a change between a list and the cursor would be told by neither.
  const begun = useLivePart(({ updatedAt, error }) => updatedAt !== null || error !== null);
  useGlobalKeys(() => setHelp(true));
  return (
    <div className={styles.layout}>
      <a href="#content" className={styles.skip}>
        Skip to the content
      </a>
      <nav className={styles.rail} aria-label="Pages">
        <div className={styles.brand}>
          <Mark />
          <span>Ticket router</span>
        </div>
        <Navigation />
      </nav>
      <div className={styles.column}>
        <header className={styles.top}>
          <TopBar title={title} ranged={ranged} onHelp={() => setHelp(true)} />
        </header>
        <HealthBanner />
        <main id="content" className={styles.content} tabIndex={-1}>
          {begun ? children : <Skeleton lines={4} />}
        </main>
      </div>
      <FreshnessAnnouncer />
      <Toasts />
      <KeyboardHelp open={help} onClose={() => setHelp(false)} />
    </div>
  );
}
