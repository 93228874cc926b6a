import { expect, it } from "vitest";
import { formatAbsolute, formatRelative, formatTick } from "./time";

const AT = Date.UTC(2026, 10, 21, 22, 18, 38, 204);

it.each([
  [0, "now"],
  [999, "now"],
  [12_900, "12 s ago"],
  [60_000, "1 min ago"],
  [7_200_000, "2 h ago"],
  [345_600_000, "4 d ago"],
  [-30_000, "in 30 s"],
])("tells %d ms later as %s", (age, text) => expect(formatRelative(AT, AT + age)).toBe(text));

it("writes the zone beside the time", () => {
  expect(formatAbsolute(AT, "Europe/Berlin")).toBe("21 Nov 2026, 23:18:38.204 UTC+1");
  expect(formatAbsolute(AT, "UTC")).toBe("21 Nov 2026, 22:18:38.204 UTC");
});

it("names the day on an axis only where it is needed", () => {
  expect(formatTick(AT, 3_600_000, "UTC")).toBe("22:18");
  expect(formatTick(AT, 7 * 86_400_000, "UTC")).toBe("21 Nov, 22:18");
});
