/** From a text to the alert, as somebody who tries the router. */
import { expect, signIn, test } from "../world/test";

const SUBJECT = "Payments end with 500";

// After the storm of another test the preset's outage would be told through its incident alone.
test.use({ options: { name: "try" } });

test("a preset is explained, posted, scored, alerted, and found in Deliveries", async ({ page, stack }) => {
  await signIn(page, stack.key, "/app/try");
  await page.getByRole("button", { name: "Calm outage" }).click();
  await expect(page.getByLabel("Subject")).toHaveValue("Checkout returns 500");
  await expect(page.getByRole("main")).toContainText("Critical"); // scored while one writes, before it is a ticket

  await page.getByLabel("Subject").fill(SUBJECT);
  await page.getByLabel("Ticket id").fill("tried-1");
  await page.getByRole("button", { name: "Post the ticket" }).click();
  const followed = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: SUBJECT }) });
  await expect(followed).toContainText("202 in");
  await expect(followed).toContainText(/after the 202/);
  const { data } = await stack.api.GET("/destinations");
  const destinations = data?.destinations.map(({ id }) => id) ?? [];
  expect(destinations.length).toBeGreaterThan(0);
  await expect(followed.getByText("Delivered")).toHaveCount(destinations.length, { timeout: 30_000 });

  await followed.getByRole("link", { name: SUBJECT }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Ticket" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(SUBJECT);
  await expect(page.getByRole("main").getByText("HTTP 200")).toHaveCount(destinations.length);

  await page.getByRole("link", { name: /^Deliveries/ }).click();
  const rows = page
    .getByRole("table", { name: /^Deliveries/ })
    .locator("tr[data-row]")
    .filter({ hasText: "tried-1" });
  await expect(rows).toHaveCount(destinations.length);
  for (const destination of destinations)
    await expect(
      rows.filter({ hasText: "Delivered" }).filter({ hasText: new RegExp(`${destination}(?!-)`) }),
    ).toHaveCount(1);
  // The receivers say the same; not all of them are told the ticket's id.
  const { received } = (await (await fetch(`${stack.file.sink_url}/received`)).json()) as Received;
  const told = received.filter(({ status, body }) => status === 200 && JSON.stringify(body).includes(SUBJECT));
  expect(told.map(({ destination }) => destination).sort()).toEqual([...destinations].sort());
});

type Received = { received: { destination: string; status: number; body: unknown }[] };

test("an angry trifle alarms nobody", async ({ page, stack }) => {
  await signIn(page, stack.key, "/app/try?preset=trifle");
  await page.getByLabel("Description").press("Control+Enter");
  const followed = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: /^URGENT/ }) });
  await expect(followed).toContainText("nobody");
});

test.describe("a refused ticket", () => {
  test.use({ tolerated: [/status of 4\d\d .*\/(tickets|score)/] });

  test("says what is wrong with it", async ({ page, stack }) => {
    await signIn(page, stack.key, "/app/try");
    await page.getByLabel("Description").fill("Where is my invoice?");
    await page.getByLabel("Ticket id").fill("not an id!");
    await page.getByRole("button", { name: "Post the ticket" }).click();
    await expect(page.getByRole("main").getByText(/^422 in/)).toBeVisible();
    await expect(page.getByLabel("Ticket id")).toHaveAttribute("aria-invalid", "true");
  });
});
