import { expect, it } from "vitest";
import type { Ticket } from "@/api/types";
import { alertState } from "./alertState";

type Alert = Ticket["alerts"][number];
const alert = (destination: string, status: Alert["status"], fallback: string | null = null): Alert => ({
  destination,
  status,
  attempts: 1,
  fallback,
  fallback_for: null,
  digest_id: null,
});

it.each([
  [[], null],
  [[alert("a", "delivered"), alert("b", "delivered")], "delivered"],
  [[alert("a", "delivered"), alert("b", "exhausted")], "exhausted"],
  [[alert("a", "delivered"), alert("b", "pending")], "pending"],
  [[alert("a", "suppressed")], "suppressed"],
  [[alert("a", "exhausted", "b"), alert("b", "delivered")], "delivered"],
  [[alert("a", "exhausted", "b"), alert("b", "pending")], "exhausted"],
] as const)("of %j is %s", (alerts, expected) => expect(alertState(alerts)).toBe(expected));
