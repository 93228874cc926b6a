/** Where the rows of a table are. */
import type { Locator } from "@playwright/test";

export type Place = { name: string; top: number };

/** Name and distance from the window's top of each row that is in sight, in their order. */
export function places(table: Locator): Promise<Place[]> {
  return table.evaluate((element) =>
    [...element.querySelectorAll("tr[data-row]")]
      .map((row) => ({ name: row.querySelector("label")?.textContent ?? "", top: row.getBoundingClientRect().top }))
      .filter(({ top }) => top < window.innerHeight),
  );
}

/** The row that says this, header apart. */
export function rowOf(table: Locator, text: string | RegExp): Locator {
  return table.locator("tr[data-row]").filter({ hasText: text });
}
