import { describe, expect, it } from "vitest";
import { type ListRules, newcomers, settle, updateInPlace } from "./rows";

type Row = { id: string; score: number; open: boolean };
const row = (id: string, score: number, open = true): Row => ({ id, score, open });
const RULES: ListRules<Row> = {
  idOf: ({ id }) => id,
  matches: ({ open }) => open,
  compare: (a, b) => b.score - a.score,
};
const SHOWN = [row("a", 9), row("b", 5), row("c", 1)];

describe("while somebody reads", () => {
  it("changes values, and moves nothing", () => {
    const rows = updateInPlace(SHOWN, [row("c", 10, false), row("x", 7)], RULES.idOf);
    expect(rows.map(({ id, score }) => [id, score])).toEqual([
      ["a", 9],
      ["b", 5],
      ["c", 10],
    ]);
  });

  it("gives the same array when none of its rows changed", () => {
    expect(updateInPlace(SHOWN, [row("x", 7)], RULES.idOf)).toBe(SHOWN);
  });

  it("counts as new what is not shown and would be", () => {
    const changed = [row("x", 7), row("y", 7, false), row("a", 3)];
    expect(newcomers(SHOWN, changed, RULES, true).map(({ id }) => id)).toEqual(["x"]);
    expect(newcomers(SHOWN, [row("z", 0)], RULES, false)).toEqual([]);
  });
});

describe("when nobody minds", () => {
  const ids = (rows: readonly Row[]) => rows.map(({ id }) => id);

  it("lets newcomers in at their place and leaves out what is gone or no longer fits", () => {
    const rows = [row("a", 9), row("b", 5, false), row("c", 1)];
    expect(ids(settle(rows, [row("x", 7)], new Set(["c"]), RULES, true))).toEqual(["a", "x"]);
  });

  it("moves a row whose value changed", () => {
    expect(ids(settle(SHOWN, [row("c", 10)], new Set(), RULES, true))).toEqual(["c", "a", "b"]);
  });

  it("leaves to the next page what comes after the last row", () => {
    expect(ids(settle(SHOWN, [row("x", 0), row("y", 2)], new Set(), RULES, false))).toEqual(["a", "b", "y", "c"]);
    expect(ids(settle(SHOWN, [row("x", 0)], new Set(), RULES, true))).toEqual(["a", "b", "c", "x"]);
  });

  it("takes everything into an empty list", () => {
    expect(ids(settle([], [row("x", 0), row("y", 2)], new Set(), RULES, true))).toEqual(["y", "x"]);
  });
});
