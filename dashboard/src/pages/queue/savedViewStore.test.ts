import { beforeEach, expect, it } from "vitest";
import { readViews, withoutView, withView, writeViews } from "./savedViewStore";

beforeEach(() => localStorage.clear());

it("keeps views by name, one of each", () => {
  const views = withView(withView(withView([], { name: "Legal", search: "category=Legal" }), VIEW), {
    name: "Legal",
    search: "category=Legal&band=critical",
  });
  writeViews(localStorage, views);
  expect(readViews(localStorage)).toEqual([VIEW, { name: "Legal", search: "category=Legal&band=critical" }]);
  expect(withoutView(views, "Legal")).toEqual([VIEW]);
});

it.each(["", "{", "{}", '["x"]', '[{"name": 1}]', "null"])("reads %j, which is not ours, as none", (stored) => {
  localStorage.setItem("queue-views", stored);
  expect(readViews(localStorage)).toEqual([]);
});

const VIEW = { name: "Angry", search: "sentiment=negative" };
