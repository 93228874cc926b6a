import { expect, it } from "vitest";
import { formatCurl } from "./curl";

it("quotes for the shell, and names the key by a variable", () => {
  const origin = window.location.origin;
  expect(formatCurl("GET", "/tickets/INC-7")).toBe(`curl -s ${origin}/tickets/INC-7 -H "Authorization: Bearer $KEY"`);
  expect(formatCurl("POST", "/score", { text: "it's down" })).toBe(
    `curl -s -X POST ${origin}/score -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' ` +
      `-d '{"text":"it'\\''s down"}'`,
  );
  expect(formatCurl("GET", "/tickets?q=a&status=failed")).toContain(`'${origin}/tickets?q=a&status=failed'`);
});
