import { X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { IconButton } from "./Button";
import styles from "./Toast.module.css";

type Toast = { id: number; text: string };

const SHOWN_MS = 6000;
const listeners = new Set<() => void>();
let toasts: readonly Toast[] = [];
let last = 0;

function change(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

const dismiss = (id: number) => change(toasts.filter((each) => each.id !== id));

/** Say for a few seconds what has just been done. What went wrong stays on the page instead: ErrorState. */
export function toast(text: string): void {
  last += 1;
  const id = last;
  change([...toasts.slice(-2), { id, text }]);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

/** Where they appear; there once, in the layout. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className={styles.toasts} role="status">
      {shown.map(({ id, text }) => (
        <div key={id} className={styles.toast}>
          <span>{text}</span>
          <IconButton icon={X} label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
