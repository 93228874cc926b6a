import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it } from "vitest";
import { DataTable } from "./DataTable";

const COLUMNS = [{ key: "name", header: "Name", cell: (row: string) => row }];
const shared = { label: "Things", rows: ["a", "b"], columns: COLUMNS, idOf: (row: string) => row };

afterEach(cleanup);

it("lets go of the rows when it goes itself: an empty list has to fill by itself again", async () => {
  const told: boolean[] = [];
  const tell = (held: boolean) => void told.push(held);
  const { unmount } = render(<DataTable {...shared} onHold={tell} />);
  await userEvent.hover(screen.getByRole("table"));
  expect(told.at(-1)).toBe(true);
  unmount();
  expect(told.at(-1)).toBe(false);
});

it("asks for more rows near the end, but not again by itself once that failed", () => {
  const asked: true[] = [];
  const more = () => ({ ...shared, hasMore: true, onMore: () => void asked.push(true) }); // another function each time
  const { rerender } = render(<DataTable {...more()} />);
  const before = asked.length;
  expect(before).toBeGreaterThan(0);
  rerender(<DataTable {...more()} moreFailed />);
  rerender(<DataTable {...more()} moreFailed />);
  expect(asked.length).toBe(before);
});

it("calls what waits by its name", () => {
  const { rerender } = render(<DataTable {...shared} pending={1} newcomer="new ticket" />);
  expect(screen.getByRole("button", { name: "1 new ticket" })).toBeTruthy();
  rerender(<DataTable {...shared} pending={2} newcomer="new delivery" newcomers="new deliveries" />);
  expect(screen.getByRole("button", { name: "2 new deliveries" })).toBeTruthy();
});
