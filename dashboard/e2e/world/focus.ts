/** Without a mouse: go on by Tab until something has the focus. */
import { expect, type Locator, type Page } from "@playwright/test";

const MOST = 80;

export async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let step = 0; step < MOST; step += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Not reached by ${MOST} steps of the Tab key: ${target}`);
}
