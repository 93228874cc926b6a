import { expect, it } from "vitest";
import { curlOf, linkOf, titleOf } from "./texts";

it("calls a ticket by its subject, else by its first words", () => {
  expect(titleOf({ subject: "No login", description: "Nobody can log in." })).toBe("No login");
  expect(titleOf({ subject: "", description: " Nobody\n can log in. " })).toBe("Nobody can log in.");
  const cut = titleOf({ subject: "", description: "word ".repeat(40) });
  expect(cut).toMatch(/^(word ){15}word…$/);
  expect(titleOf({ subject: "", description: "x".repeat(100) })).toBe(`${"x".repeat(80)}…`);
});

it("writes addresses for any id, and never the key", () => {
  expect(linkOf("a:b", "https://router.example")).toBe("https://router.example/app/tickets/a%3Ab");
  expect(curlOf("a:b")).toContain("/tickets/a%3Ab?include=explanation,deliveries,similar' -H");
});
