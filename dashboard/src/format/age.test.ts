import { expect, it } from "vitest";
import { sinceOf } from "./age";

it("goes back from the whole minute", () => {
  const now = Date.UTC(2026, 10, 21, 22, 18, 38, 204);
  expect(sinceOf("15m", now)).toBe("2026-11-21T22:03:00.000Z");
  expect(sinceOf("7d", now)).toBe("2026-11-14T22:18:00.000Z");
});
