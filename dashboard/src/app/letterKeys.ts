/**
 * Whether keys that type a character do something: whoever dictates, or touches keys by accident, turns them off.
 *
 * Source: WCAG 2.2, success criterion 2.1.4 "Character key shortcuts". It is kept in local storage.
 */
import { useSyncExternalStore } from "react";

const STORAGE = "letter-keys";
const listeners = new Set<() => void>();
let on = localStorage.getItem(STORAGE) !== "off";

export const letterKeysOn = (): boolean => on;

export function setLetterKeys(next: boolean): void {
  on = next;
  if (next) localStorage.removeItem(STORAGE);
  else localStorage.setItem(STORAGE, "off");
  for (const listener of listeners) listener();
}

export function useLetterKeys(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, letterKeysOn);
}
