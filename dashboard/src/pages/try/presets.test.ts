import { describe, expect, it } from "vitest";
import { bodyOf, EMPTY, PRESETS, scoredText } from "./presets";
import { asCurl, asPython } from "./snippets";

describe("presets", () => {
  it("posts one ticket each, but for the ten tellings, which differ", () => {
    for (const { id, drafts } of PRESETS) expect([id, drafts.length]).toEqual([id, id === "tellings" ? 10 : 1]);
    const tellings = PRESETS.find(({ id }) => id === "tellings")?.drafts ?? [];
    expect(new Set(tellings.map(({ description }) => description)).size).toBe(10);
  });

  it("says before it is chosen that several tickets will be posted", () => {
    for (const { shows, drafts } of PRESETS) if (drafts.length > 1) expect(shows).toContain("ten tickets");
  });
});

it("leaves out what is empty, but never the description", () => {
  expect(bodyOf({ ...EMPTY, subject: "Hi" })).toEqual({ subject: "Hi", description: "", channel: "dashboard" });
});

it("scores the subject above the description, as the worker does", () => {
  expect(scoredText({ ...EMPTY, subject: " Down ", description: "All of it" })).toBe("Down\nAll of it");
  expect(scoredText({ ...EMPTY, description: "All of it" })).toBe("All of it");
});

it("writes snippets that name the key but never hold it", () => {
  const draft = { ...EMPTY, description: `it's "down" \\ 100 %` };
  expect(asCurl(draft)).toContain(`-d '{"description":"it'\\''s \\"down\\" \\\\ 100 %","channel":"dashboard"}'`);
  expect(asPython(draft)).toContain(`"description": "it's \\"down\\" \\\\ 100 %"`);
  expect(asPython(draft)).toContain("os.environ['KEY']");
});
