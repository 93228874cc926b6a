/** Views that somebody keeps: a name and the filters as they stand in the address. They stay in this browser. */
export type SavedView = { name: string; search: string };

const STORAGE = "queue-views";

export function readViews(storage: Storage): SavedView[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(STORAGE) ?? "[]");
    return Array.isArray(value) ? value.filter(isView) : [];
  } catch {
    return [];
  }
}

function isView(value: unknown): value is SavedView {
  if (typeof value !== "object" || value === null) return false;
  const { name, search } = value as Record<string, unknown>;
  return typeof name === "string" && typeof search === "string";
}

/** Add a view, or replace the one of the same name. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  return [...views.filter(({ name }) => name !== view.name), view].sort((a, b) => a.name.localeCompare(b.name));
}

export function withoutView(views: readonly SavedView[], name: string): SavedView[] {
  return views.filter((view) => view.name !== name);
}

export function writeViews(storage: Storage, views: readonly SavedView[]): void {
  storage.setItem(STORAGE, JSON.stringify(views));
}
