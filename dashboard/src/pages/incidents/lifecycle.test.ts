import { describe, expect, it } from "vitest";
import type { Incident } from "@/api/types";
import { ACTIONS, actionsFor, growth, split } from "./lifecycle";

describe("what an operator can do", () => {
  it("is nothing once it is over, and never what is done already", () => {
    expect(actionsFor("open")).toEqual(["ack", "mute", "resolve"]);
    expect(actionsFor("acknowledged")).toEqual(["mute", "resolve"]);
    expect(actionsFor("muted")).toEqual(["ack", "resolve"]);
    expect([actionsFor("resolved"), actionsFor("closed")]).toEqual([[], []]);
  });

  it("says of each what becomes of the messages", () => {
    for (const { does } of Object.values(ACTIONS)) expect(does).toMatch(/message|summary/);
  });
});

it("puts what is not over first, and keeps the order within", () => {
  const list = (["closed", "open", "resolved", "muted"] as const).map((status) => ({ status }) as Incident);
  const { ongoing, over } = split(list);
  expect([ongoing, over].map((part) => part.map(({ status }) => status))).toEqual([
    ["open", "muted"],
    ["closed", "resolved"],
  ]);
});

describe("growth", () => {
  const at = (s: number) => new Date(s * 1000).toISOString();

  it("ends at the count, and begins with those that are no longer listed", () => {
    expect(growth([at(30), at(10), at(20), at(20)], 14, 3)).toEqual([11, 13, 14]);
  });

  it("is a line also where all came at once, and nothing where nothing is known", () => {
    expect(growth([at(5), at(5)], 2, 3)).toEqual([2, 2, 2]);
    expect(growth([], 0)).toEqual([]);
  });
});
