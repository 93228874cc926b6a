import { expect, it } from "vitest";
import { formatSpan } from "./span";

const AT = Date.UTC(2026, 10, 21, 22, 18);

it("tells a span with its zone, and the day if it is another one", () => {
  expect(formatSpan(AT, AT + 60_000, AT, "UTC")).toBe("22:18 to 22:19 UTC");
  expect(formatSpan(AT, AT + 60_000, AT + 86_400_000, "Europe/Berlin")).toBe("21 Nov, 23:18 to 23:19 UTC+1");
});
