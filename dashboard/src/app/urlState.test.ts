import { describe, expect, it } from "vitest";
import { flag, number, oneOf, readState, text, writeState } from "./urlState";

const CODECS = {
  q: text(),
  status: oneOf(["accepted", "scored"]),
  sort: oneOf(["-urgency_score", "-accepted_at"], "-urgency_score"),
  min: number(),
  open: flag(),
};

describe("the state in the address", () => {
  it.each([
    { q: 'checkout & "500" ü', status: "scored", sort: "-accepted_at", min: 0.8, open: true },
    { q: "", status: null, sort: "-urgency_score", min: null, open: false },
    { q: "a=b&c", status: null, sort: "-urgency_score", min: 0, open: false },
  ] as const)("comes back as it was written: %j", (state) => {
    const written = writeState(CODECS, new URLSearchParams(), state);
    expect(readState(CODECS, new URLSearchParams(written.toString()))).toEqual(state);
  });

  it("leaves defaults out and other parameters alone", () => {
    const params = new URLSearchParams("range=1h&q=old&status=scored");
    const written = writeState(CODECS, params, { q: "", sort: "-urgency_score" });
    expect(written.toString()).toBe("range=1h&status=scored");
  });

  it("reads nonsense as the default", () => {
    const params = new URLSearchParams("status=lost&sort=size&min=many&open=yes");
    expect(readState(CODECS, params)).toEqual({
      q: "",
      status: null,
      sort: "-urgency_score",
      min: null,
      open: false,
    });
  });
});
