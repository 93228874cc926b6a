import { type ReactNode, useEffect } from "react";
import { matchRoute, useLocation, useRouter } from "wouter";
import styles from "./Layout.module.css";
import { Mark } from "./Mark";
import { Navigation } from "./Navigation";
import { PAGES } from "./pages";
import { TopBar } from "./TopBar";

function useTitle(): string {
  const { parser } = useRouter();
  const [location] = useLocation();
  const title = PAGES.find(({ path }) => matchRoute(parser, path, location)[0])?.title ?? "Not found";
  useEffect(() => {
    document.title = `${title} · Ticket router`;
  }, [title]);
  return title;
}

export function Layout({ children }: { children: ReactNode }) {
  const title = useTitle();
  return (
    <div className={styles.layout}>
      <a href="#content" className={styles.skip}>
        Skip to the content
      </a>
      <header className={styles.rail}>
        <div className={styles.brand}>
          <Mark />
          <span>Ticket router</span>
        </div>
        <Navigation />
      </header>
      <div className={styles.column}>
        <TopBar title={title} />
        <main id="content" className={styles.content} tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  );
}
