import { QueryClient, QueryClientProvider, useIsFetching } from "@tanstack/react-query";
import { act, cleanup, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeRouter } from "@/api/fakeRouter";
import { session } from "@/api/session";
import { makeTicket } from "./fakes";
import { LiveProvider, useLivePart, usePoller } from "./LiveProvider";
import { useTicketList } from "./lists";
import type { Poller } from "./poller";

let router: FakeRouter;
let poller: Poller;

function List() {
  const [held, setHeld] = useState(false);
  poller = usePoller();
  const begun = useLivePart(({ updatedAt }) => updatedAt !== null);
  const list = useTicketList({ sort: "-urgency_score" }, held);
  return (
    <>
      <p data-testid="rows">{begun && list.rows.map((row) => `${row.ticket_id} ${row.urgency_score}`).join(", ")}</p>
      <p data-testid="pending">{list.pending}</p>
      <button type="button" onClick={() => setHeld(!held)}>
        hold
      </button>
      <button type="button" onClick={list.showPending}>
        show
      </button>
      <button type="button" onClick={list.retry}>
        fetch again
      </button>
    </>
  );
}

/** A page with the list, which one can leave. */
function Page() {
  const [here, setHere] = useState(true);
  return (
    <>
      {here && <List />}
      <p data-testid="fetching">{useIsFetching()}</p>
      <button type="button" onClick={() => setHere(!here)}>
        {here ? "leave" : "come back"}
      </button>
    </>
  );
}

const shows = (id: "rows" | "pending", text: string) =>
  waitFor(() => expect(screen.getByTestId(id).textContent).toBe(text));
const press = (name: string) => act(() => screen.getByText(name).click());
const put = (id: string, score: number) => router.put(makeTicket({ ticket_id: id, urgency_score: score }));
const poll = () => act(() => poller.refresh());

function mount() {
  put("a", 0.9);
  put("b", 0.5);
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { staleTime: 30_000 } } })}>
      <LiveProvider>
        <Page />
      </LiveProvider>
    </QueryClientProvider>,
  );
}

/** A list that shows two tickets. */
async function setUp() {
  mount();
  await shows("rows", "a 0.9, b 0.5");
}

beforeEach(() => {
  router = new FakeRouter();
  vi.stubGlobal("fetch", router.fetch);
  session.start("good");
});
afterEach(() => {
  cleanup();
  session.end();
  vi.unstubAllGlobals();
});

it("lets changes in at their place while nobody reads", async () => {
  await setUp();
  put("c", 0.7);
  put("b", 1);
  poll();
  await shows("rows", "b 1, a 0.9, c 0.7");
  expect(screen.getByTestId("pending").textContent).toBe("0");
});

it("moves no row while somebody reads, and counts what waits", async () => {
  await setUp();
  press("hold");
  put("c", 0.7);
  put("b", 1);
  poll();
  await shows("pending", "1");
  await shows("rows", "a 0.9, b 1");
});

it.each(["show", "hold"])("lets in what waits at a press of %s", async (button) => {
  await setUp();
  press("hold");
  put("c", 0.7);
  poll();
  await shows("pending", "1");
  press(button);
  await shows("rows", "a 0.9, c 0.7, b 0.5");
  await shows("pending", "0");
});

it("shows a ticket that was deleted and came again under its id", async () => {
  await setUp();
  press("hold");
  router.remove("a");
  poll();
  await waitFor(() => expect(poller.getState().requestedAt).toBeNull());
  put("a", 0.8);
  poll();
  await shows("rows", "a 0.8, b 0.5");
  press("hold");
  await shows("rows", "a 0.8, b 0.5");
});

it("counts no newcomer that was deleted before it was let in", async () => {
  await setUp();
  press("hold");
  put("c", 0.7);
  poll();
  await shows("pending", "1");
  router.remove("c");
  poll();
  await shows("pending", "0");
});

it("is up to date when it comes back to the page", async () => {
  await setUp();
  press("leave");
  put("c", 0.7);
  poll();
  await waitFor(() => expect(poller.getState().requestedAt).toBeNull());
  press("come back");
  await shows("rows", "a 0.9, b 0.5, c 0.7"); // in the order of the answer
});

/** Keep the answers of lists back until `release`; what they say is read before or after that. */
function slowLists(readIs: "before" | "after") {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  vi.stubGlobal("fetch", async (request: Request) => {
    if (!new URL(request.url).pathname.endsWith("/tickets")) return router.fetch(request);
    const early = readIs === "before" ? router.fetch(request) : null;
    await gate;
    return early ?? router.fetch(request);
  });
  return release;
}

it.each([
  ["before", "go", "a 0.9, c 0.7, b 0.5", "0"],
  ["before", "hold", "a 0.9, b 0.5", "1"],
  ["after", "hold", "a 0.9, b 0.5, c 0.7", "0"], // in the order of the answer
] as const)(
  "loses nothing that changes while the list is under way, read %s: %s",
  async (readIs, held, rows, pending) => {
    const release = slowLists(readIs);
    mount();
    await waitFor(() => expect(screen.getByTestId("rows").textContent).toBe(""));
    if (held === "hold") press("hold");
    put("c", 0.7);
    poll();
    await waitFor(() => expect(poller.getState().requestedAt).toBeNull());
    release();
    await shows("rows", rows);
    await shows("pending", pending);
  },
);

it("loses nothing to an older answer that comes after it", async () => {
  await setUp();
  const release = slowLists("before");
  press("fetch again");
  put("c", 0.7);
  poll();
  await shows("rows", "a 0.9, c 0.7, b 0.5");
  release();
  await waitFor(() => expect(screen.getByTestId("fetching").textContent).toBe("0"));
  await shows("rows", "a 0.9, c 0.7, b 0.5");
});

it("fetches the list again when the cursor has expired", async () => {
  await setUp();
  put("c", 0.7);
  put("d", 0.1);
  router.oldest = 4;
  poll();
  await shows("rows", "a 0.9, b 0.5, c 0.7, d 0.1"); // in the order of the answer
});
