import { expect, it } from "vitest";
import type { Delivery } from "@/api/types";
import { lastAnswer, subjectOf } from "./subject";

it.each([
  ["INC 7/ü", null, "INC 7/ü~chat", { name: "INC 7/ü", href: "/tickets/INC%207%2F%C3%BC" }],
  ["T-1", "inc_a", "inc_a~2~chat", { name: "Incident, message 2", href: "/incidents/inc_a" }],
  [`dig_${"a2".repeat(13)}`, null, "x", { name: "Digest", href: null }],
  ["dig_mine", null, "x", { name: "dig_mine", href: "/tickets/dig_mine" }],
  ["test_x", null, "x", { name: "Test", href: null }],
])("tells what %s is about", (ticket_id, incident_id, id, subject) => {
  expect(subjectOf({ id, ticket_id, incident_id })).toEqual(subject);
});

it("tells how the last try ended", () => {
  const tries = (...log: Partial<Delivery["log"][number]>[]) => lastAnswer({ log: log as Delivery["log"] });
  expect(tries()).toBe("not tried");
  expect(tries({ status: 500, error: "webhook-unavailable" }, { status: 200, error: null })).toBe("HTTP 200");
  expect(tries({ status: null, error: "webhook-unavailable" })).toBe("webhook-unavailable");
});
