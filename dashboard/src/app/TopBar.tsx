import { Clock, Keyboard, LogOut, type LucideIcon, Monitor, Moon, Sun, UserRound } from "lucide-react";
import { session, useMay } from "@/api/session";
import { Button, IconButton } from "@/components/Button";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "@/components/Menu";
import { setTheme, THEMES, type Theme, useTheme } from "@/design/theme";
import { FreshnessChip } from "@/live/FreshnessChip";
import { NavigationMenu } from "./Navigation";
import { RANGE_WORDS, RANGES, useRange } from "./range";
import { Search } from "./Search";
import styles from "./TopBar.module.css";

const THEME_ICONS: Record<Theme, LucideIcon> = { system: Monitor, light: Sun, dark: Moon };
const THEME_WORDS: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };

type TopBarProps = { title: string; ranged: boolean; onHelp: () => void };

export function TopBar({ title, ranged, onHelp }: TopBarProps) {
  return (
    <div className={styles.bar}>
      <NavigationMenu />
      <h1 className={styles.title}>{title}</h1>
      <Search />
      <div className={styles.tools}>
        {ranged && <RangeMenu />}
        <FreshnessChip />
        <ThemeMenu />
        <KeyMenu onHelp={onHelp} />
      </div>
    </div>
  );
}

function RangeMenu() {
  const [range, setRange] = useRange();
  const trigger = (
    <Button icon={Clock} variant="quiet" className={styles.range} aria-label={`Time range: ${RANGE_WORDS[range]}`}>
      <span className={styles.rangeWord}>{RANGE_WORDS[range]}</span>
    </Button>
  );
  return (
    <Menu trigger={trigger} label="Time range">
      <MenuChoice
        value={range}
        choices={RANGES.map((value) => ({ value, label: RANGE_WORDS[value] }))}
        onChange={setRange}
      />
    </Menu>
  );
}

function ThemeMenu() {
  const theme = useTheme();
  return (
    <Menu trigger={<IconButton icon={THEME_ICONS[theme]} label={`Theme: ${THEME_WORDS[theme]}`} />} label="Theme">
      <MenuChoice
        value={theme}
        choices={THEMES.map((value) => ({ value, label: THEME_WORDS[value] }))}
        onChange={setTheme}
      />
    </Menu>
  );
}

function KeyMenu({ onHelp }: { onHelp: () => void }) {
  const mayOperate = useMay("operate");
  return (
    <Menu trigger={<IconButton icon={UserRound} label="Key and help" />} label="Key and help">
      <MenuHeading>
        {mayOperate ? "Signed in with an operator's key" : "Signed in; the key may not operate"}
      </MenuHeading>
      <MenuItem icon={Keyboard} hint="?" onSelect={onHelp}>
        Keyboard
      </MenuItem>
      <MenuLine />
      <MenuItem icon={LogOut} onSelect={session.end}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
