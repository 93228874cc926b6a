import { describe, expect, it } from "vitest";
import { extend, NOTHING, nextSort, step, toggle, toggleAll } from "./rowKeys";

const ORDER = ["a", "b", "c", "d"];
const ids = (selection: { ids: ReadonlySet<string> }) => [...selection.ids].sort();

describe("keys", () => {
  it.each([
    [null, 1, 4, 0],
    [null, -1, 4, 3],
    [0, -1, 4, 0],
    [2, 1, 4, 3],
    [3, 1, 4, 3],
    [3, 1, 0, null],
  ])("from row %s by %d of %d rows to %s", (active, by, count, next) => expect(step(active, by, count)).toBe(next));
});

describe("a selection", () => {
  it("is extended from where it began, in both directions", () => {
    const begun = toggle(NOTHING, "c");
    expect(ids(extend(begun, "a", ORDER))).toEqual(["a", "b", "c"]);
    expect(ids(extend(begun, "d", ORDER))).toEqual(["c", "d"]);
  });

  it("begins where shift is pressed first, or where the anchor has gone", () => {
    expect(ids(extend(NOTHING, "b", ORDER))).toEqual(["b"]);
    expect(ids(extend({ ids: new Set(), anchor: "gone" }, "b", ORDER))).toEqual(["b"]);
  });

  it("takes a row back", () => expect(ids(toggle(toggle(NOTHING, "b"), "b"))).toEqual([]));

  it("is of all rows, then of none", () => {
    const all = toggleAll(toggle(NOTHING, "b"), ORDER);
    expect(ids(all)).toEqual(ORDER);
    expect(ids(toggleAll(all, ORDER))).toEqual([]);
  });
});

it("sorts by the largest first, then the other way round", () => {
  expect(nextSort("-accepted_at", "urgency_score")).toBe("-urgency_score");
  expect(nextSort("-urgency_score", "urgency_score")).toBe("urgency_score");
});
