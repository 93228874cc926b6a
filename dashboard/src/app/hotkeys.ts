/**
 * Keys that do something wherever the focus is, but in a field where one types.
 *
 * Each component says its own; the list of all that work right now is what `?` shows.
 */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { letterKeysOn } from "./letterKeys";

export type Hotkey = {
  /** `j`, `/`, `Enter`, `Shift+J`, or two keys one after the other: `g o`. */
  keys: string;
  /** What it does, in the list that `?` shows. */
  does: string;
  run: (event: KeyboardEvent) => void;
};

const SEQUENCE_MS = 1200;
const registered = new Set<Hotkey>();
const listeners = new Set<() => void>();
let snapshot: readonly Hotkey[] = [];
let prefix = { key: "", at: Number.NEGATIVE_INFINITY };

function changed(): void {
  snapshot = [...registered];
  for (const listener of listeners) listener();
}

/** Whether what has the focus has a use of its own for the key. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])"))
    return true;
  return key === "Enter" && target.closest("a, button, summary, input") !== null;
}

/** Which of the keys an event stands for, after the key before it. */
export function match(hotkeys: readonly Hotkey[], key: string, before: string): Hotkey | undefined {
  const sequence = before && hotkeys.findLast(({ keys }) => keys === `${before} ${key}`);
  return sequence || hotkeys.findLast(({ keys }) => keys === key);
}

function onKeyDown(event: KeyboardEvent): void {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  // A dialog or menu has keys of its own.
  const covered = document.querySelector("dialog[open], [role=menu]");
  if (event.defaultPrevented || modified || covered || isTaken(event.target, event.key)) return;
  if (event.key.length === 1 && !letterKeysOn()) return; // Enter and Escape have longer names
  const key = event.shiftKey && event.key.length === 1 && /[A-Z]/.test(event.key) ? `Shift+${event.key}` : event.key;
  const before = event.timeStamp - prefix.at < SEQUENCE_MS ? prefix.key : "";
  prefix = { key, at: event.timeStamp };
  const found = match(snapshot, key, before);
  if (!found) return;
  prefix.at = Number.NEGATIVE_INFINITY;
  event.preventDefault();
  found.run(event);
}

/** Listen for keys; called once, by the layout. */
export function useHotkeyListener(): void {
  useEffect(() => {
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Let keys do something while this component is there. Later components win over earlier ones. */
export function useHotkeys(hotkeys: readonly Hotkey[]): void {
  const latest = useRef(hotkeys);
  useEffect(() => {
    latest.current = hotkeys;
  });
  const names = hotkeys.map(({ keys, does }) => `${keys}\n${does}`).join("\n\n");
  useEffect(() => {
    const mine = names
      .split("\n\n")
      .filter(Boolean)
      .map((name): Hotkey => {
        const [keys = "", does = ""] = name.split("\n");
        return { keys, does, run: (event) => latest.current.find((each) => each.keys === keys)?.run(event) };
      });
    for (const hotkey of mine) registered.add(hotkey);
    changed();
    return () => {
      for (const hotkey of mine) registered.delete(hotkey);
      changed();
    };
  }, [names]);
}

/** All keys that do something now. */
export function useHotkeyList(): readonly Hotkey[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => snapshot,
  );
}
