/** The figures on the overview are the API's. */
import { formatCount, formatDuration, formatShare } from "../../src/format/number";
import { expect, signIn, test } from "../world/test";
import { post, samples, settled } from "../world/tickets";

test("each tile says what the API says, and leads to its list", async ({ page, stack }) => {
  await settled(stack, await post(stack, samples()));
  await signIn(page, stack.key);
  const tiles = page.getByRole("region", { name: "Now" });

  const shown = () => tiles.getByRole("link").allInnerTexts();
  const told = async () => {
    const { data } = await stack.api.GET("/changes");
    if (!data) throw new Error("GET /changes had no answer");
    const { summary } = data;
    const ended = summary.delivered_1h + summary.exhausted_1h;
    return [
      [/^Accepted\b/, `${formatCount(summary.accepted_per_min)} /min`],
      [/^In flight\b/, formatCount(summary.in_flight)],
      [/^Oldest wait\b/, summary.oldest_wait_ms === null ? "None" : formatDuration(summary.oldest_wait_ms)],
      [/^Latency, p95\b/, summary.total_p95_ms === null ? "None" : formatDuration(summary.total_p95_ms)],
      [/^Urgent\b/, formatCount(summary.urgent_1h)],
      [/^Deliver/, ended === 0 ? "None" : formatShare(summary.delivered_1h / ended)],
      [/^Dead letters\b/, formatCount(summary.dead_letters)],
    ] as const;
  };
  // Figures of the last minute change while one looks: page and API have to agree at some moment.
  await expect
    .poll(
      async () => {
        const [tilesNow, figures] = [await shown(), await told()];
        return figures.filter(([label, value]) => {
          const text = tilesNow.find((it) => label.test(it));
          return !text?.replace(/\s+/g, " ").includes(` ${value}`);
        });
      },
      { timeout: 30_000 },
    )
    .toEqual([]);

  await tiles.getByRole("link", { name: /^Urgent/ }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Queue" })).toBeVisible();
  await expect(page.getByRole("table", { name: "Tickets" }).locator("tr[data-row]").first()).toBeVisible();
});
