/** Every page, in both themes and at three widths: accessible, quiet on the console, and pictured for people to look at. */
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { ARTIFACTS } from "../world/figures";
import { expect, loaded, signIn, test } from "../world/test";
import { post, samples, scored, storm, URGENT } from "../world/tickets";

const RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];
const WIDTHS = [390, 768, 1440];
const TICKET = "page-ticket";
const PAGES = [
  "",
  "queue",
  `tickets/${TICKET}`,
  "incidents",
  "incidents/…",
  "deliveries",
  "failed",
  "model",
  "try",
  "docs",
];

test.describe.configure({ timeout: 90_000 });

test.beforeAll(async ({ stack }) => {
  const own = { ticket_id: TICKET, description: URGENT, subject: "Wrong invoices", customer: "harbour-bikes" };
  await scored(stack, await post(stack, [own, ...samples(), ...storm(30)]));
});

async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((it) => `${id}: ${it.target} ${it.failureSummary}`));
}

for (const theme of ["light", "dark"] as const) {
  test(`sign-in in ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await page.goto("/app/");
    await expect(page.getByLabel("API key")).toBeVisible();
    await picture(page, "sign-in", theme);
    expect(await violations(page)).toEqual([]);
  });

  for (const path of PAGES) {
    test(`/app/${path} in ${theme}`, async ({ page, stack }) => {
      await page.emulateMedia({ colorScheme: theme });
      const { data } = await stack.api.GET("/incidents");
      const address = path.replace("…", data?.incidents[0]?.incident_id ?? "none");
      await signIn(page, stack.key, `/app/${address}`);
      await loaded(page);
      await picture(page, path.replace(/\/.*/, "-one") || "overview", theme);
      expect(await violations(page)).toEqual([]);
    });
  }
}

/** Picture it at each width, and check what is wider than the narrow one; 1440 px is what stays. */
async function picture(page: Page, name: string, theme: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await loadedAt(page, width);
    await page.screenshot({ path: join(ARTIFACTS, "pages", `${name}-${width}-${theme}.png`) });
  }
}

/** No page scrolls sideways: a table that is too wide does so itself. */
async function loadedAt(page: Page, width: number): Promise<void> {
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
}
