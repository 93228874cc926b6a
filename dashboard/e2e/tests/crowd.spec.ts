/** Ten thousand tickets in one list. */

import { figure } from "../world/figures";
import { fill } from "../world/fill";
import { rowOf } from "../world/rows";
import { expect, signIn, test } from "../world/test";

const CROWD = 10_000;

test.use({ options: { name: "crowd" } });
test.describe.configure({ timeout: 240_000 });

test("ten thousand rows can be scrolled to the last one", async ({ page, stack }) => {
  await fill(stack, "scored", CROWD);
  await page.addInitScript(() => {
    const seen: number[] = [];
    Object.assign(window, { longTasks: seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.push(entry.duration);
    }).observe({ type: "longtask" });
  });
  await signIn(page, stack.key, "/app/queue?sort=-accepted_at");
  const table = page.getByRole("table", { name: "Tickets" });
  await expect(table).toContainText(`(case ${CROWD - 1})`);

  // Each time that the end is reached the next hundred come.
  const count = page
    .getByRole("status")
    .filter({ hasText: /\d\+? tickets?$/ })
    .first();
  const toTheEnd = async () => {
    await page.keyboard.press("End");
    return count.textContent();
  };
  await expect.poll(toTheEnd, { timeout: 180_000, intervals: [50] }).toBe("10,000 tickets");
  await expect(rowOf(table, "(case 0)")).toBeVisible();
  expect(await table.locator("tr[data-row]").count(), "rows in the document").toBeLessThan(100);
  const loading = await page.evaluate(() =>
    Math.max(0, ...(window as never as { longTasks: number[] }).longTasks.splice(0)),
  );

  await page.keyboard.press("Home");
  await expect(table).toContainText(`(case ${CROWD - 1})`);
  await table.hover({ position: { x: 300, y: 300 } });
  for (let step = 0; step < 60; step += 1) await page.mouse.wheel(0, 4_000);
  await expect(table).not.toContainText(`(case ${CROWD - 1})`);
  const scrolling = await page.evaluate(() => Math.max(0, ...(window as never as { longTasks: number[] }).longTasks));

  figure("10,000 rows, longest task while they load", `${Math.round(loading)} ms`);
  figure("10,000 rows, longest task while scrolling", `${Math.round(scrolling)} ms (none counts below 50)`);
});
