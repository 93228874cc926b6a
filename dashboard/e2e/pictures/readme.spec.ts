/** One light and one dark picture of the overview for docs/img, of tickets that come in over ten minutes. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../world/stack";
import { loaded, signIn, test } from "../world/test";
import { ordinary, post, samples, scored, storm } from "../world/tickets";

const MINUTES = 10;
const BURST_MINUTE = 6; // when an incident begins, told by many
const EACH_MINUTE = 40;

test("the overview, light and dark", async ({ page, stack }) => {
  await signIn(page, stack.key, "/app/?range=15m");
  const quiet = [...samples(), ...ordinary(MINUTES * EACH_MINUTE)];
  const began = Date.now();
  const ids: string[] = [];
  for (const [number, ticket] of quiet.entries()) {
    const dueMs = (number * MINUTES * 60_000) / quiet.length;
    await sleep(Math.max(0, began + dueMs - Date.now()));
    ids.push(...(await post(stack, [ticket])));
    if (number === BURST_MINUTE * EACH_MINUTE) ids.push(...(await post(stack, storm(60))));
  }
  await scored(stack, ids.slice(-1));

  await page.reload();
  await loaded(page);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(ROOT, "docs/img", `overview-${colorScheme}.png`), fullPage: true });
  }
});
