/** Two hundred tickets in a few seconds, while somebody reads the queue. */
import { places } from "../world/rows";
import { expect, signIn, test } from "../world/test";
import { post, samples, scored, settled, storm } from "../world/tickets";

const STORM = 200;

test.use({ options: { name: "storm" } });
test.describe.configure({ timeout: 180_000 });

test("no row moves under the pointer, the pill counts, the incident appears", async ({ page, stack }) => {
  const quiet = samples();
  await settled(stack, await post(stack, quiet));
  await signIn(page, stack.key, "/app/queue");
  const table = page.getByRole("table", { name: "Tickets" });
  await table.locator("tr[data-row]").nth(2).hover();
  await expect(page.getByRole("status").filter({ hasText: `${quiet.length} tickets` })).toBeVisible();
  const before = await places(table);

  const ids = await post(stack, storm(STORM));

  const pill = page.getByRole("button", { name: /^\d+ new tickets?$/ });
  await expect(pill).toBeVisible();
  expect(await places(table)).toEqual(before);
  await scored(stack, ids);
  await expect(page.getByRole("button", { name: `${STORM} new tickets` })).toBeVisible({ timeout: 20_000 });
  expect(await places(table)).toEqual(before);

  await pill.click();
  await expect(
    page
      .getByRole("status")
      .filter({ hasText: /tickets/ })
      .first(),
  ).toContainText(`${STORM + quiet.length}`);
  await expect(pill).toBeHidden();

  await page.getByRole("link", { name: /^Incidents/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Incidents" })).toBeVisible();
  const { data } = await stack.api.GET("/incidents");
  const incident = data?.incidents[0];
  expect(incident?.count).toBeGreaterThan(10);
  await page
    .getByRole("main")
    .getByRole("link")
    .and(page.locator(`[href$="/incidents/${incident?.incident_id}"]`))
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "Incident" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(`${incident?.count}`);
});
