import { Menu as MenuIcon } from "lucide-react";
import { Link, useLocation, useSearch } from "wouter";
import { IconButton } from "@/components/Button";
import { Menu, MenuItem } from "@/components/Menu";
import { useLivePart } from "@/live/LiveProvider";
import styles from "./Navigation.module.css";
import { NAV } from "./pages";
import { withRange } from "./range";

export function isCurrent(path: string, location: string): boolean {
  const parent = location.startsWith("/tickets/") ? "/queue" : location;
  return path === "/" ? location === "/" : parent === path || parent.startsWith(`${path}/`);
}

/** What waits for a person, by page; no figure where nothing does. */
function useWaiting(): Record<string, number> {
  const incidents = useLivePart(({ summary }) => summary?.open_incidents ?? 0);
  const failed = useLivePart(({ summary }) => summary?.dead_letters ?? 0);
  return { "/incidents": incidents, "/failed": failed };
}

/** The pages as a list of links, in the rail. */
export function Navigation() {
  const [location] = useLocation();
  const search = useSearch();
  const waiting = useWaiting();
  return (
    <ul className={styles.list}>
      {NAV.map(({ path, title, nav: { icon: Icon } }) => (
        <li key={path}>
          <Link
            href={withRange(path, search)}
            className={styles.link}
            aria-current={isCurrent(path, location) ? "page" : undefined}
          >
            <Icon size={16} aria-hidden />
            {title}
            {waiting[path] ? <span className={styles.count}>{waiting[path]}</span> : null}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** The same as a menu, on narrow screens. */
export function NavigationMenu() {
  const [, navigate] = useLocation();
  const search = useSearch();
  const waiting = useWaiting();
  return (
    <div className={styles.menu}>
      <Menu trigger={<IconButton icon={MenuIcon} label="Pages" />} label="Pages" align="start">
        {NAV.map(({ path, title, nav: { icon } }) => (
          <MenuItem key={path} icon={icon} hint={waiting[path]} onSelect={() => navigate(withRange(path, search))}>
            {title}
          </MenuItem>
        ))}
      </Menu>
    </div>
  );
}
