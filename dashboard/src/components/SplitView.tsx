import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useHotkeys } from "@/app/hotkeys";
import { IconButton } from "./Button";
import { cx } from "./cx";
import styles from "./SplitView.module.css";

type SplitViewProps = {
  /** Names what is shown beside the list. */
  label: string;
  open: boolean;
  onClose: () => void;
  /** Links and buttons of the header. */
  actions?: ReactNode;
  /** More room for the detail than for the list. */
  wide?: boolean;
  detail: ReactNode;
  children: ReactNode;
};

/** A list, and beside it what was chosen of it; on a narrow screen in front of it. Esc closes it. */
export function SplitView(props: SplitViewProps) {
  const { label, open, onClose, actions, wide = false, detail, children } = props;
  const panel = useRef<HTMLElement>(null);
  useHotkeys(open ? [{ keys: "Escape", does: `Close the ${label.toLowerCase()}`, run: onClose }] : []);
  useEffect(() => {
    // Beside the list the focus stays in it, for j and k; in front of it there is no list to be seen.
    if (open && panel.current && getComputedStyle(panel.current).position === "fixed") panel.current.focus();
  }, [open]);
  return (
    <div className={cx(styles.split, open && styles.open, wide && styles.wide)}>
      <div className={styles.list}>{children}</div>
      {open && (
        <aside ref={panel} className={styles.panel} aria-label={label} tabIndex={-1}>
          <header className={styles.header}>
            <h2>{label}</h2>
            <div className={styles.actions}>
              {actions}
              <IconButton icon={X} label="Close" onClick={onClose} />
            </div>
          </header>
          <div className={styles.body}>{detail}</div>
        </aside>
      )}
    </div>
  );
}
