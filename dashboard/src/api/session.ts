/**
 * The API key that this tab is signed in with. It is kept in session storage: gone with the tab, never in an address.
 */
import { useSyncExternalStore } from "react";

export const SCOPES = ["submit", "read", "operate"] as const;
export type Scope = (typeof SCOPES)[number];
export type Session = {
  key: string;
  /** Scopes that this key lacks, as the API said at sign-in or by a refusal since. */
  refused: readonly Scope[];
};

const STORAGE = "session";
const listeners = new Set<() => void>();

function restore(): Session | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(STORAGE) ?? "null");
    if (typeof value !== "object" || value === null || !("key" in value) || typeof value.key !== "string") return null;
    const refused = "refused" in value && Array.isArray(value.refused) ? (value.refused as Scope[]) : [];
    return { key: value.key, refused };
  } catch {
    return null;
  }
}

let current = restore();
let ended = false;

function change(next: Session | null): void {
  current = next;
  if (next) sessionStorage.setItem(STORAGE, JSON.stringify(next));
  else sessionStorage.removeItem(STORAGE);
  for (const listener of listeners) listener();
}

export const session = {
  get: (): Session | null => current,

  start(key: string, refused: readonly Scope[] = []): void {
    ended = false;
    change({ key, refused });
  },

  /** Sign out, at the user's wish. */
  end(): void {
    ended = false;
    change(null);
  },

  /** The API no longer takes the key: sign in again, at the same place. */
  expire(): void {
    if (!current) return;
    ended = true;
    change(null);
  },

  /** Whether the last session ended because the API no longer took its key. */
  wasExpired: (): boolean => ended,

  refuse(scope: Scope): void {
    if (current && !current.refused.includes(scope)) change({ ...current, refused: [...current.refused, scope] });
  },

  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function useSession(): Session | null {
  return useSyncExternalStore(session.subscribe, session.get);
}

/** Whether this key has the scope. */
export function useMay(scope: Scope): boolean {
  return !useSession()?.refused.includes(scope);
}
