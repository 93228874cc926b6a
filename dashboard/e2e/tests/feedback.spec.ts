/** A person knows better, and says so. */
import { expect, signIn, test } from "../world/test";
import { post, settled } from "../world/tickets";

test("feedback is kept with the ticket", async ({ page, stack }) => {
  const [ticket_id = ""] = await post(stack, [{ subject: "Seats", description: "Please add two seats to our plan." }]);
  await settled(stack, [ticket_id]);
  await signIn(page, stack.key, `/app/tickets/${ticket_id}`);
  await page.getByRole("button", { name: "Something is wrong" }).click();

  await page.getByRole("radio", { name: "Legal", exact: true }).check();
  await page.getByRole("radio", { name: /blocked with no workaround/ }).check();
  await page.getByLabel("Note for people").fill("It is about the contract.");
  await page.getByRole("button", { name: "Send", exact: true }).click();

  await expect(page.getByRole("main")).toContainText("Category Legal, not");
  await expect(page.getByRole("main")).toContainText("It is about the contract.");
  const params = { path: { ticket_id }, query: { include: "feedback" } };
  const { data } = await stack.api.GET("/tickets/{ticket_id}", { params });
  expect(data?.feedback).toMatchObject([{ category: "Legal", urgency: 0.75, note: "It is about the contract." }]);
});
