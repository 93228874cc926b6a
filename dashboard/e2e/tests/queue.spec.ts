/** What one looks at stands in the address. */
import { rowOf } from "../world/rows";
import { expect, signIn, test } from "../world/test";
import { post, samples, settled } from "../world/tickets";

test.beforeAll(async ({ stack }) => {
  await settled(stack, await post(stack, samples()));
});

test("filters survive a reload, a link to somebody else, and the Back button", async ({ page, stack, context }) => {
  await signIn(page, stack.key, "/app/queue");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("menuitemradio", { name: "Legal" }).click();
  const token = page.getByRole("button", { name: "Remove the filter Category: Legal" });
  await expect(token).toBeVisible();
  await expect(page).toHaveURL(/[?&]category=Legal/);
  const table = page.getByRole("table", { name: "Tickets" });
  const legal = table.locator("tr[data-row]").filter({ hasText: "Legal" });
  await expect(legal.first()).toBeVisible();
  const count = await legal.count();
  await expect(table.locator("tr[data-row]")).toHaveCount(count);

  await page.reload();
  await expect(token).toBeVisible();
  await expect(table.locator("tr[data-row]")).toHaveCount(count);

  await page.getByRole("link", { name: /^Incidents/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Incidents" })).toBeVisible();
  await page.goBack();
  await expect(token).toBeVisible();
  await expect(table.locator("tr[data-row]")).toHaveCount(count);

  const other = await context.newPage();
  await signIn(other, stack.key, page.url());
  await expect(other.getByRole("button", { name: "Remove the filter Category: Legal" })).toBeVisible();
  await expect(other.getByRole("table", { name: "Tickets" }).locator("tr[data-row]")).toHaveCount(count);
});

test("the search finds words, and says when there are none", async ({ page, stack }) => {
  await signIn(page, stack.key);
  await page.keyboard.press("/");
  await page.keyboard.type("infusion");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/queue\?q=infusion/);
  await expect(rowOf(page.getByRole("table", { name: "Tickets" }), "Infusion pump alarm").first()).toBeVisible();

  await page.getByRole("searchbox").fill("xylophone");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=xylophone/);
  await expect(page.getByRole("table", { name: "Tickets" })).toBeHidden();
  await expect(page.getByRole("main")).toContainText(/no ticket/i);
});

test("nothing moves for whoever wants less motion", async ({ page, stack }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await signIn(page, stack.key, "/app/queue");
  await expect(page.getByRole("table", { name: "Tickets" })).toBeVisible();
  const moving = await page.evaluate(() => {
    const longest = (value: string) => Math.max(...value.split(",").map((it) => Number.parseFloat(it) || 0));
    return [...document.querySelectorAll("*")]
      .map((element) => ({ element, style: getComputedStyle(element) }))
      .filter(({ style }) => longest(style.transitionDuration) > 0.001 || longest(style.animationDuration) > 0.001)
      .map(({ element }) => element.outerHTML.slice(0, 80));
  });
  expect(moving).toEqual([]);
});
