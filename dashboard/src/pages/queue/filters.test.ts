import { expect, it } from "vitest";
import { readState, writeState } from "@/app/urlState";
import { makeTicket } from "@/live/fakes";
import { CODECS, type Filters, NONE, ownFilter, tokens, toQuery } from "./filters";

const filters = (over: Partial<Filters> = {}): Filters => ({ ...NONE, sort: "-urgency_score", ...over });

it("comes back from the address as it was", () => {
  const state = filters({
    q: "500 & ü",
    band: "high",
    min: 0.7,
    review: true,
    incident: "inc_1",
    within: "7d",
    sort: "accepted_at",
  });
  const written = writeState(CODECS, new URLSearchParams(), state).toString();
  expect(readState(CODECS, new URLSearchParams(written))).toEqual(state);
});

it("asks the API only for what is set", () => {
  expect(toQuery(filters(), 0)).toEqual({ sort: "-urgency_score" });
  const query = toQuery(filters({ q: " pay ", status: "failed", max: 0.5, review: true, within: "1h" }), 3_600_001);
  expect(query).toEqual({
    sort: "-urgency_score",
    q: "pay",
    status: "failed",
    max_urgency: 0.5,
    needs_review: "true",
    since: "1",
  });
});

it("keeps tickets of the chosen lane, for which the API has no parameter", () => {
  const express = makeTicket({ lane: "express" });
  expect(ownFilter(filters()).keeps(express)).toBe(true);
  expect(ownFilter(filters({ lane: "express" })).keeps(express)).toBe(true);
  expect(ownFilter(filters({ lane: "standard" })).keeps(express)).toBe(false);
});

it("names the filters that are set", () => {
  expect(tokens(filters({ q: "pay", band: "high", min: 0.7, review: true }))).toEqual([
    { name: "q", label: "Words", value: "pay" },
    { name: "band", label: "Urgency", value: "high" },
    { name: "min", label: "S from", value: "0.70" },
    { name: "review", label: "Needs review", value: "yes" },
  ]);
});
