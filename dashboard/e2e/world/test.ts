/** `test` with a stack of its own, and a page that must stay free of trouble. */
import { test as base, expect, type Page } from "@playwright/test";
import { Stack, type StackOptions } from "./stack";
import { watch } from "./watch";

type OfEachTest = {
  /** Troubles that the test causes on purpose: a message that matches one of them is let pass. */
  tolerated: readonly RegExp[];
};
type OfEachStack = {
  /** Files with the same options share a stack. */
  options: StackOptions;
  stack: Stack;
};

export const test = base.extend<OfEachTest, OfEachStack>({
  tolerated: [[], { option: true }],
  options: [{}, { option: true, scope: "worker" }],
  stack: [
    async ({ options }, use) => {
      const stack = await Stack.start(options);
      await use(stack);
      await stack.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ stack }, use) => use(stack.url),
  page: async ({ page, baseURL, tolerated }, use) => {
    const troubles = await watch(page, new URL(baseURL ?? "").origin);
    await use(page);
    expect(troubles.filter((it) => !tolerated.some((pattern) => pattern.test(it)))).toEqual([]);
  },
});

export { expect };

/** Sign in as a person does, at the address where one wants to be. */
export async function signIn(page: Page, key: string, path = "/app/"): Promise<void> {
  await page.goto(path);
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("navigation", { name: "Pages" })).toBeVisible();
}

/** Wait until everything that was asked for has come: no page, list or chart says any more that it is loading. */
export async function loaded(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("main")).not.toBeEmpty();
  await expect(page.getByRole("status").filter({ hasText: /^Loading/ })).toHaveCount(0);
}
