import { expect, it } from "vitest";
import { describeFreshness } from "./FreshnessChip";
import { Poller, type PollState } from "./poller";

const NOW = 100_000;
const START = new Poller({ load: async () => null, take: () => {}, restart: () => {} }).getState();
const state = (over: Partial<PollState>): PollState => ({ ...START, updatedAt: NOW - 2300, ...over });

it.each([
  ["Updated 2 s ago", {}],
  ["Updated 0 s ago", { updatedAt: NOW - 300 }],
  ["Refreshing", { requestedAt: NOW - 900 }],
  ["Refreshing", { updatedAt: null, requestedAt: NOW }],
  ["Updated 2 s ago · reconnecting in 3 s", { retryAt: NOW + 2500 }],
  ["Stale 14 s · reconnecting in 4 s", { updatedAt: NOW - 14_000, retryAt: NOW + 4000 }],
  ["Stale 14 s · reconnecting", { updatedAt: NOW - 14_000, requestedAt: NOW - 900 }],
  ["Stale 2 min 5 s · reconnecting", { updatedAt: NOW - 125_000 }],
  ["No answer · reconnecting in 1 s", { updatedAt: null, retryAt: NOW + 1000 }],
  ["Paused 2 s ago", { paused: true }],
])("%s", (text, over) => expect(describeFreshness(state(over), NOW)).toBe(text));
