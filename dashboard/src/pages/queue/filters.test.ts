import { describe, expect, it } from "vitest";
import { readState, writeState } from "@/app/urlState";
import { makeTicket } from "@/live/fakes";
import { CODECS, type Filters, limits, NONE, ownFilter, tokens, toQuery } from "./filters";

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

describe("limits of S", () => {
  it.each([
    ["critical", null, null, [0.8001, null]],
    ["high", null, null, [0.6001, 0.8]],
    ["normal", null, null, [0.3001, 0.6]],
    ["low", null, null, [null, 0.3]],
    ["high", 0.7, 0.9, [0.7, 0.8]],
    [null, -1, 2, [0, 1]],
    [null, null, null, [null, null]],
  ] as const)("of band %s from %s to %s are %j", (band, min, max, expected) => {
    expect(limits({ band, min, max })).toEqual(expected);
  });
});

it("asks the API only for what is set", () => {
  expect(toQuery(filters(), 0)).toEqual({ sort: "-urgency_score" });
  const query = toQuery(filters({ q: " pay ", status: "failed", max: 0.5, within: "1h" }), 3_600_001);
  expect(query).toEqual({ sort: "-urgency_score", q: "pay", status: "failed", max_urgency: 0.5, since: "1" });
});

describe("what the API has no parameter for", () => {
  const ticket = makeTicket({ incident_id: "inc_1", lane: "express", channel: "mail", needs_review: false });
  it.each([
    [{}, true],
    [{ incident: "inc_1", lane: "express", channel: "mail" }, true],
    [{ incident: "inc_2" }, false],
    [{ lane: "standard" }, false],
    [{ channel: "chat" }, false],
    [{ review: true }, false],
  ] as [Partial<Filters>, boolean][])("with %j: %s", (over, kept) => {
    expect(ownFilter(filters(over)).keeps(ticket)).toBe(kept);
  });

  it("has a name of its own for each choice, so that lists are not mixed up", () => {
    const names = [{}, { lane: "express" }, { channel: "express" }, { review: true }] as Partial<Filters>[];
    expect(new Set(names.map((over) => ownFilter(filters(over)).name)).size).toBe(names.length);
  });
});

it("names the filters that are set", () => {
  expect(tokens(filters({ q: "pay", band: "high", min: 0.7, review: true }))).toEqual([
    { name: "q", label: "Words", value: "pay" },
    { name: "band", label: "Urgency", value: "high" },
    { name: "min", label: "S from", value: "0.70" },
    { name: "review", label: "Needs review", value: "yes" },
  ]);
});
