/** What an operator puts right: deliveries that failed, tickets that were given up. */
import { fill } from "../world/fill";
import { Receiver } from "../world/receiver";
import { rowOf } from "../world/rows";
import { Stack } from "../world/stack";
import { test as base, expect, signIn } from "../world/test";
import { post, settled, URGENT } from "../world/tickets";

// A stack whose only destination is a receiver of ours.
const test = base.extend<object, { receiver: Receiver }>({
  receiver: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants to see which fixtures it needs
    async ({}, use) => {
      const receiver = new Receiver();
      await receiver.start();
      await use(receiver);
      await receiver.stop();
    },
    { scope: "worker" },
  ],
  stack: [
    async ({ receiver }, use) => {
      const secret = `whsec_${Buffer.from("a key of these tests alone, 32 b").toString("base64")}`;
      const oncall = { id: "oncall", kind: "generic", url: receiver.url, signing_keys: [secret] };
      const stack = await Stack.start({ destinations: [oncall] });
      await use(stack);
      await stack.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
});

test("a delivery that was refused is sent again when the receiver works", async ({ page, stack, receiver }) => {
  receiver.status = 400; // refused for good: no further try
  await settled(stack, await post(stack, [{ ticket_id: "refused", subject: "Wrong invoices", description: URGENT }]));

  await signIn(page, stack.key, "/app/deliveries");
  const row = rowOf(page.getByRole("table", { name: /^Deliveries/ }), "refused");
  await expect(row).toContainText("Exhausted");
  await row.getByText("Exhausted").click();
  const panel = page.getByRole("complementary", { name: "Delivery" });
  await expect(panel).toContainText("HTTP 400");
  await expect(panel).toContainText("not today"); // what the receiver answered
  receiver.status = 200;
  await panel.getByRole("button", { name: "Send again" }).click();

  await expect(row).toContainText("Delivered", { timeout: 30_000 });
  await expect(panel).toContainText("HTTP 200");
  const [first, second] = receiver.arrivals.slice(-2);
  expect([first?.answered, second?.answered]).toEqual([400, 200]);
  expect(second?.id, "webhook-id of the second try").toBe(first?.id);
});

test("many are sent again after a look at what that means", async ({ page, stack, receiver }) => {
  receiver.status = 400;
  const posts = [1, 2, 3].map((n) => ({ ticket_id: `many-${n}`, description: `${URGENT} Case ${n}.` }));
  await settled(stack, await post(stack, posts));
  receiver.status = 200;

  await signIn(page, stack.key, "/app/deliveries?status=exhausted");
  await page.getByRole("button", { name: "Send many again" }).click();
  const dialog = page.getByRole("dialog", { name: "Send many again" });
  await expect(dialog).toContainText("3 deliveries");
  await dialog.getByLabel("How many a minute").fill("600");
  await dialog.getByRole("button", { name: "Send 3 deliveries again" }).click();
  await expect(dialog).toContainText("on the way");

  for (const { ticket_id } of posts)
    await expect
      .poll(
        async () => {
          const { data } = await stack.api.GET("/tickets/{ticket_id}", { params: { path: { ticket_id } } });
          return data?.alerts.map(({ status }) => status);
        },
        { timeout: 30_000 },
      )
      .toEqual(["delivered"]);
});

test("tickets that were given up are redriven and scored", async ({ page, stack }) => {
  await fill(stack, "failed", 3);

  await signIn(page, stack.key, "/app/failed");
  const table = page.getByRole("table", { name: /dead letters/i });
  await expect(table.locator("tr[data-row]")).toHaveCount(3);
  await rowOf(table, "lost-00000").getByRole("checkbox").check();
  await page.getByRole("button", { name: /^Redrive 1 selected/ }).click();
  const dialog = page.getByRole("dialog", { name: "Redrive" });
  await expect(dialog).toContainText("1 dead letter");
  await dialog.getByRole("button", { name: "Redrive 1 dead letter" }).click();
  await expect(dialog).toContainText("on the queue again");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(table.locator("tr[data-row]")).toHaveCount(2);

  await page.getByRole("button", { name: "Redrive all" }).click();
  await dialog.getByRole("button", { name: "Redrive 2 dead letters" }).click();
  await expect(dialog).toContainText("on the queue again");
  await dialog.getByRole("button", { name: "Close" }).last().click();

  await expect(page.getByRole("main")).toContainText("Nothing has failed");
  await settled(stack, ["lost-00000", "lost-00001", "lost-00002"]);
});
