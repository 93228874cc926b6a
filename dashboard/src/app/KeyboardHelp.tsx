import { Dialog } from "@/components/Dialog";
import { useHotkeyList } from "./hotkeys";
import styles from "./KeyboardHelp.module.css";
import { setLetterKeys, useLetterKeys } from "./letterKeys";

/** All keys that do something on this page. */
export function KeyboardHelp({ open, onClose }: { open: boolean; onClose: () => void }) {
  const hotkeys = useHotkeyList();
  const letters = useLetterKeys();
  const known = new Map(hotkeys.map((hotkey) => [hotkey.keys, hotkey.does]));
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard">
      <dl className={styles.list}>
        {[...known].map(([keys, does]) => (
          <div key={keys} className={styles.line}>
            <dt>
              {keys.split(/[ +]/).map((key) => (
                <kbd key={key} className={styles.key}>
                  {key === "J" || key === "K" ? key.toLowerCase() : key}
                </kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div className={styles.line}>
          <dt>
            <kbd className={styles.key}>Esc</kbd>
          </dt>
          <dd>Close what is open</dd>
        </div>
      </dl>
      <label className={styles.choice}>
        <input type="checkbox" checked={letters} onChange={(event) => setLetterKeys(event.target.checked)} />
        Letters and signs do something; Enter and Esc always do
      </label>
    </Dialog>
  );
}
