import { describe, expect, it } from "vitest";
import { reasonMeaning, reasonWords } from "@/format/failure";
import document from "../../../../docs/openapi.json";
import { actionWords, factWords, targetHref } from "./audit";
import { preview, stageOf } from "./reasons";

describe("a dead letter", () => {
  it("tells where it was given up", () => {
    expect(stageOf({ source: null, body: null })).toBe("scoring");
    expect(stageOf({ source: "ticket-router-alerts-dead-letters", body: "{" })).toBe("dispatch");
    expect(stageOf({ source: "ticket-router-tickets-standard", body: "{" })).toBe("scoring");
    expect(stageOf({ source: null, body: "{" })).toBe("unknown");
  });

  it("keeps the router's own word for a reason that is new here", () => {
    expect([reasonWords("poison"), reasonWords("eaten")]).toEqual(["Broke its worker", "eaten"]);
    expect([reasonMeaning("poison"), reasonMeaning("eaten")]).toEqual([expect.stringMatching(/three/), ""]);
  });

  it("previews a message on one line", () => {
    expect(preview({ body: '{\n  "v": 1\n}' })).toBe('{ "v": 1 }');
    expect(preview({ body: "x".repeat(500) })).toHaveLength(120);
  });
});

describe("the audit trail", () => {
  it("has words for every call that operates", () => {
    const operating = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method, { security }]) => method !== "get" && JSON.stringify(security).includes("operate"))
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
    expect(operating.length).toBeGreaterThan(5);
    for (const action of operating) expect(actionWords({ action, facts: {} })).not.toBe(action);
  });

  it("tells a dry run from the real thing", () => {
    const entry = { action: "POST /deliveries/replay", facts: { deliveries: 12, sent: 0, dry_run: 1 } };
    expect(actionWords(entry)).toBe("Dry run: sent many deliveries again");
    expect(factWords(entry)).toBe("12 deliveries, 0 sent");
  });

  it("leads to what it was about", () => {
    expect(targetHref({ action: "POST /deliveries/{delivery_id}/replay", target: "T 1~chat", facts: {} })).toBe(
      "/deliveries?id=T%201~chat",
    );
    const test = { action: "POST /destinations/{destination_id}/test", target: "chat" };
    expect(targetHref({ ...test, facts: { delivery_id: "test_a~chat" } })).toBe("/deliveries?id=test_a~chat");
    expect(targetHref({ ...test, facts: {} })).toBe("/deliveries?destination=chat");
    expect(targetHref({ action: "DELETE /customers/{customer}/tickets", target: "sha256:ab", facts: {} })).toBeNull();
    expect(targetHref({ action: "POST /incidents/{incident_id}/ack", target: "", facts: {} })).toBeNull();
  });
});
