/** The router is gone for ten seconds: the page says so, nothing moves, and it catches up. */
import { Door } from "../world/door";
import { places, rowOf } from "../world/rows";
import { test as base, expect, signIn } from "../world/test";
import { post, samples, settled } from "../world/tickets";

const OUTAGE_MS = 10_000;

const test = base.extend<{ door: Door }>({
  door: async ({ stack }, use) => {
    const door = new Door(new URL(stack.url));
    await door.open();
    await use(door);
    await door.shut();
  },
  baseURL: async ({ door }, use) => use(door.url),
});

test.use({ tolerated: [/net::ERR_/] });

test("ten seconds without an API: stale, no row moved, then everything is there", async ({ page, stack, door }) => {
  await settled(stack, await post(stack, samples()));
  await signIn(page, stack.key, "/app/queue?sort=-accepted_at");
  const table = page.getByRole("table", { name: "Tickets" });
  await expect(table.locator("tr[data-row]").first()).toBeVisible();
  await page.mouse.move(0, 0); // no row comes or goes while the pointer is among them
  const freshness = page.getByRole("button", { name: "Pause updates" });
  await expect(freshness).toContainText(/^Updated \d+ s ago$/);
  const before = await places(table);
  expect(before.length).toBeGreaterThan(5);

  await door.shut();
  const since = Date.now();
  const [late] = await post(stack, [{ subject: "Came in the outage", description: "Where is my parcel?" }]);
  await settled(stack, [late ?? ""]);
  await expect(freshness).toContainText("reconnecting", { timeout: OUTAGE_MS });
  await expect(freshness).toContainText(/^Stale \d+ s/, { timeout: 30_000 });
  const age = table.locator("tr[data-row]").first().locator("td").last();
  const frozen = await age.textContent();
  await expect.poll(() => Date.now() - since, { timeout: 2 * OUTAGE_MS }).toBeGreaterThan(OUTAGE_MS);
  expect(await places(table)).toEqual(before);
  expect(await age.textContent(), "an age on a stale page").toBe(frozen);

  await door.open();

  await expect(freshness).toContainText(/^Updated \d+ s ago$/, { timeout: 45_000 });
  await expect(rowOf(table, "Came in the outage")).toBeVisible();
});

test("updates can be paused, and go on", async ({ page, stack }) => {
  await signIn(page, stack.key, "/app/queue?sort=-accepted_at");
  const freshness = page.getByRole("button", { name: "Pause updates" });
  const table = page.getByRole("table", { name: "Tickets" });
  await expect(table.locator("tr[data-row]").first()).toBeVisible(); // the list itself is asked for only once
  await freshness.click();
  await page.mouse.move(0, 0);
  await expect(freshness).toHaveAttribute("aria-pressed", "true");
  await expect(freshness).toContainText("Paused");
  const ids = await post(stack, [{ subject: "Came in the pause", description: "How do I change my password?" }]);
  await settled(stack, ids);
  await expect(rowOf(table, "Came in the pause")).toBeHidden();

  await page.keyboard.press("r");

  await expect(freshness).toContainText("Updated");
  await expect(rowOf(table, "Came in the pause")).toBeVisible();
});
