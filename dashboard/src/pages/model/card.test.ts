import { describe, expect, it } from "vitest";
import { formatFigure, languageName, mistakes, weakParts } from "./card";

describe("mistakes", () => {
  const counts = [
    [8, 2, 0],
    [0, 90, 10],
    [0, 0, 5],
  ];

  it("are ordered by their share of what the tickets are, not by their number", () => {
    expect(mistakes(counts, ["Billing", "Technical", "Legal"])).toEqual([
      { label: "Billing", verdict: "Technical", count: 2, of: 10 },
      { label: "Technical", verdict: "Legal", count: 10, of: 100 },
    ]);
  });

  it("are named by their place without labels", () => expect(mistakes(counts, [])[0]?.label).toBe("0"));
});

it("finds the parts that are below the whole, the worst first", () => {
  const parts = {
    en: { n: 1000, alert_recall: 0.79 },
    de: { n: 37, alert_recall: 0.33 },
    nl: { n: 28, alert_recall: 0 },
  };
  expect(weakParts(parts, 0.75).map(({ name }) => name)).toEqual(["nl", "de"]);
  expect(weakParts({ fr: { n: 3, alert_recall: null } }, 0.75)).toEqual([]);
  expect(weakParts(parts, null)).toEqual([]);
});

it("writes figures and languages for people", () => {
  expect([formatFigure(0.8149), formatFigure(0), formatFigure(null)]).toEqual(["0.81", "0.00", "–"]);
  expect(languageName("pt")).toBe("Portuguese");
});
