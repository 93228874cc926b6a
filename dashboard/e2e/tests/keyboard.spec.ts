/** The mouse is not needed. */
import { tabTo } from "../world/focus";
import { expect, test } from "../world/test";
import { post, scored, storm } from "../world/tickets";

test.use({ options: { name: "keyboard" } });

test("sign in, choose and open a ticket, acknowledge an incident: by keys alone", async ({ page, stack }) => {
  await scored(stack, await post(stack, storm(40)));
  const { data } = await stack.api.GET("/incidents");
  const incident = data?.incidents[0]?.incident_id ?? "";

  await page.goto("/app/");
  await expect(page.getByLabel("API key")).toBeFocused();
  await page.keyboard.type(stack.key);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();

  await page.keyboard.press("g");
  await page.keyboard.press("q");
  await expect(page.getByRole("heading", { level: 1, name: "Queue" })).toBeVisible();
  const rows = page.getByRole("table", { name: "Tickets" }).locator("tr[data-row]");
  await expect(rows.first()).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toContainText("Next row");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.keyboard.press("j");
  await expect(rows.nth(0)).toBeFocused();
  await page.keyboard.press("j");
  await expect(rows.nth(1)).toBeFocused();
  await page.keyboard.press("x");
  await expect(rows.nth(1)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary", { name: "Ticket" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("complementary", { name: "Ticket" })).toBeHidden();

  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await expect(page.getByRole("heading", { level: 1, name: "Incidents" })).toBeVisible();
  await tabTo(
    page,
    page
      .getByRole("main")
      .getByRole("link")
      .and(page.locator(`[href$="/incidents/${incident}"]`)),
  );
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Incident", exact: true })).toBeVisible();
  await tabTo(page, page.getByRole("button", { name: "Acknowledge" }));
  await page.keyboard.press("Enter");

  await expect(page.getByRole("main")).toContainText("Acknowledged");
  const after = await stack.api.GET("/incidents/{incident_id}", { params: { path: { incident_id: incident } } });
  expect(after.data?.status).toBe("acknowledged");
});

test("the first Tab leads past the navigation", async ({ page, stack }) => {
  await page.goto("/app/queue");
  await expect(page.getByLabel("API key")).toBeFocused(); // what is typed before is lost
  await page.keyboard.type(stack.key);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Queue" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Queue" })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});
