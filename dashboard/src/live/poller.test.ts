import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/problem";
import { makeChanges } from "./fakes";
import { type Loaded, Poller } from "./poller";

/** An API that gives the answers it was told, one a request, and notes what it was asked. */
function fakeApi(...answers: (Loaded | null | ApiError | "never")[]) {
  const asked: { since: string | null; etag: string | null; at: number }[] = [];
  const taken: string[] = [];
  let restarts = 0;
  const poller = new Poller({
    load: (since, etag, signal) => {
      asked.push({ since, etag, at: Date.now() });
      const answer = answers.shift() ?? null;
      if (answer === "never")
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      return answer instanceof ApiError ? Promise.reject(answer) : Promise.resolve(answer);
    },
    take: (changes) => taken.push(changes.cursor),
    restart: () => {
      restarts += 1;
    },
  });
  return { poller, asked, taken, restarts: () => restarts };
}

const answer = (cursor: string, over: Partial<Loaded["changes"]> = {}): Loaded => ({
  changes: makeChanges({ cursor, ...over }),
  etag: `"${cursor}"`,
});
const failure = (status: number, retryAfterS: number | null = null) =>
  new ApiError(status, "No", "no", "no", [], retryAfterS);

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

describe("a poller", () => {
  it("goes on from the cursor after the time that the server names", async () => {
    const api = fakeApi(answer("a", { poll_after_ms: 2000 }), answer("b", { poll_after_ms: 10_000 }));
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(11_999);
    expect(api.asked).toEqual([
      { since: null, etag: null, at: 1_000_000 },
      { since: "a", etag: '"a"', at: 1_002_000 },
    ]);
    expect(api.taken).toEqual(["a", "b"]);
  });

  it("asks again at once while there is more", async () => {
    const api = fakeApi(answer("a", { more: true }), answer("b"));
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(1);
    expect(api.taken).toEqual(["a", "b"]);
  });

  it("is up to date after a 304, without taking anything", async () => {
    const api = fakeApi(answer("a", { poll_after_ms: 2000 }), null);
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(2000);
    expect(api.poller.getState().updatedAt).toBe(1_002_000);
    expect(api.taken).toEqual(["a"]);
  });

  it("backs off, says when it tries again, and recovers", async () => {
    const api = fakeApi(answer("a", { poll_after_ms: 2000 }), failure(503), failure(503), answer("b"));
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(2000);
    expect(api.poller.getState()).toMatchObject({ retryAt: 1_003_000, error: { status: 503 }, updatedAt: 1_000_000 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(api.poller.getState().retryAt).toBe(1_005_000);
    await vi.advanceTimersByTimeAsync(2000);
    expect(api.poller.getState()).toMatchObject({ retryAt: null, error: null, updatedAt: 1_005_000 });
    expect(api.restarts()).toBe(0); // the cursor covers what happened meanwhile
  });

  it("never waits for longer than 10 s by itself", async () => {
    const api = fakeApi(...Array.from({ length: 20 }, () => failure(500)));
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(60_000);
    const waits = api.asked.slice(1).map(({ at }, place) => at - (api.asked[place]?.at ?? 0));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 10_000]);
  });

  it("waits as long as Retry-After says", async () => {
    const api = fakeApi(failure(429, 20));
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(api.poller.getState().retryAt).toBe(1_020_000);
  });

  it("starts again after a 410, and has everything fetched anew", async () => {
    const api = fakeApi(answer("a", { poll_after_ms: 2000 }), failure(410), answer("z"));
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(2001);
    expect(api.asked.map(({ since }) => since)).toEqual([null, "a", null]);
    expect(api.restarts()).toBe(1);
  });

  it("has everything fetched anew if the first request failed: nobody knows what changed since", async () => {
    const api = fakeApi(failure(500), answer("a"));
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(1000);
    expect(api.restarts()).toBe(1);
  });

  it("asks nothing while it sleeps or is paused, and at once afterwards", async () => {
    const api = fakeApi(answer("a"), answer("b"), answer("c"));
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(0);
    api.poller.sleep();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.taken).toEqual(["a"]);
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(0);
    api.poller.setPaused(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(api.taken).toEqual(["a", "b"]);
    api.poller.setPaused(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(api.taken).toEqual(["a", "b", "c"]);
  });

  it("gives up a request that is not answered, and counts it as a failure", async () => {
    const api = fakeApi("never");
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(15_000);
    expect(api.poller.getState()).toMatchObject({ error: { code: "network" }, retryAt: 1_016_000 });
  });

  it("learns the difference between the clocks", async () => {
    const api = fakeApi(answer("a", { as_of: new Date(1_060_000).toISOString() }));
    api.poller.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(api.poller.getState().offsetMs).toBe(60_000);
  });
});
