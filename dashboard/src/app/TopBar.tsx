import { LogOut, type LucideIcon, Monitor, Moon, Sun } from "lucide-react";
import { session } from "@/api/session";
import { IconButton } from "@/components/Button";
import { nextTheme, setTheme, type Theme, useTheme } from "@/design/theme";
import styles from "./TopBar.module.css";

const THEME_ICONS: Record<Theme, LucideIcon> = { system: Monitor, light: Sun, dark: Moon };

export function TopBar({ title }: { title: string }) {
  const theme = useTheme();
  return (
    <div className={styles.bar}>
      <h1 className={styles.title}>{title}</h1>
      <div className={styles.tools}>
        <IconButton icon={THEME_ICONS[theme]} label={`Theme: ${theme}`} onClick={() => setTheme(nextTheme(theme))} />
        <IconButton icon={LogOut} label="Sign out" onClick={session.end} />
      </div>
    </div>
  );
}
