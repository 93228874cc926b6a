import { expect, signIn, test } from "../world/test";

test.describe("a wrong key", () => {
  test.use({ tolerated: [/status of 403 .*\/key/] });

  test("is refused with a reason, and the next one is taken", async ({ page, stack }) => {
    await page.goto("/app/queue");
    await page.getByLabel("API key").fill("tr_dev_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toContainText("does not know this key");
    await expect(page.getByRole("navigation", { name: "Pages" })).toBeHidden();

    await page.getByLabel("API key").fill(stack.key);
    await page.keyboard.press("Enter");

    await expect(page.getByRole("heading", { level: 1, name: "Queue" })).toBeVisible();
  });
});

test("the key stays in this tab's session and shows nowhere else", async ({ page, stack, context }) => {
  const addresses: string[] = [];
  page.on("request", (request) => addresses.push(request.url()));
  page.on("framenavigated", (frame) => addresses.push(frame.url()));

  await signIn(page, stack.key);
  for (const name of ["Queue", "Try", "Deliveries"]) await page.getByRole("link", { name, exact: true }).click();

  expect(addresses.filter((it) => it.includes(stack.key))).toEqual([]);
  const places = await page.evaluate(() => ({
    local: JSON.stringify(localStorage),
    page: document.documentElement.outerHTML,
    inputs: [...document.querySelectorAll("input, textarea")].map((it) => (it as HTMLInputElement).value).join(),
    cookie: document.cookie,
  }));
  for (const [place, text] of Object.entries(places)) expect(text, place).not.toContain(stack.key);
  const other = await context.newPage();
  await other.goto("/app/");
  await expect(other.getByLabel("API key")).toBeVisible();
});

test("a reload keeps the session, signing out ends it", async ({ page, stack }) => {
  await signIn(page, stack.key, "/app/deliveries");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Deliveries" })).toBeVisible();

  await page.getByRole("button", { name: "Key and help" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();

  await expect(page.getByLabel("API key")).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

test.describe("a key that was taken back", () => {
  test.use({ tolerated: [/status of 40[13] /] });

  test("leads back to the sign-in, and from there to the same place", async ({ page, stack }) => {
    await signIn(page, stack.key, "/app/deliveries");
    // What the router no longer knows is a key that it never knew.
    await page.evaluate((key) => {
      sessionStorage.setItem("session", JSON.stringify({ ...JSON.parse(sessionStorage.session), key }));
    }, "tr_dev_taken-back");
    await page.reload();

    await expect(page.getByRole("status")).toContainText("no longer takes the key");
    await page.getByLabel("API key").fill(stack.key);
    await page.getByRole("button", { name: "Sign in" }).click();

    await expect(page.getByRole("heading", { level: 1, name: "Deliveries" })).toBeVisible();
  });
});

test.describe("a key that may only read", () => {
  test("sees the pages, and why it may not operate", async ({ page, stack }) => {
    await signIn(page, stack.readOnlyKey, "/app/deliveries");

    const button = page.getByRole("button", { name: "Send many again" });
    await expect(button).toBeDisabled();
    await expect(button).toHaveAccessibleDescription(/lacks the scope operate/);
    await page.getByRole("button", { name: "Key and help" }).click();
    await expect(page.getByText("the key may not operate")).toBeVisible();
  });
});
