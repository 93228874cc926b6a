import { Link, useLocation } from "wouter";
import styles from "./Navigation.module.css";
import { NAV } from "./pages";

export function isCurrent(path: string, location: string): boolean {
  return path === "/" ? location === "/" : location === path || location.startsWith(`${path}/`);
}

/** The pages as a list of links, in the rail. */
export function Navigation() {
  const [location] = useLocation();
  return (
    <nav aria-label="Pages">
      <ul className={styles.list}>
        {NAV.map(({ path, title, nav: { icon: Icon } }) => (
          <li key={path}>
            <Link href={path} className={styles.link} aria-current={isCurrent(path, location) ? "page" : undefined}>
              <Icon size={16} aria-hidden />
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
