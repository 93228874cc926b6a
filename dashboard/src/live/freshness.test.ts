import { expect, it } from "vitest";
import { classify } from "./freshness";

const NOW = 100_000;
const FRESH = { updatedAt: NOW - 1000, requestedAt: null, intervalMs: 2000, paused: false };

it.each([
  ["just answered", {}, "updated"],
  ["exactly two intervals old", { updatedAt: NOW - 4000 }, "updated"],
  ["older than two intervals", { updatedAt: NOW - 4001 }, "stale"],
  ["older, but slower by wish", { updatedAt: NOW - 4001, intervalMs: 10_000 }, "updated"],
  ["a short request", { requestedAt: NOW - 100 }, "updated"],
  ["a request that one notices", { requestedAt: NOW - 800 }, "refreshing"],
  ["a request that takes too long", { updatedAt: NOW - 9000, requestedAt: NOW - 7000 }, "stale"],
  ["before the first answer", { updatedAt: null, requestedAt: NOW }, "refreshing"],
  ["paused", { updatedAt: NOW - 60_000, paused: true }, "paused"],
] as const)("%s", (_name, facts, freshness) => expect(classify({ ...FRESH, ...facts }, NOW)).toBe(freshness));
