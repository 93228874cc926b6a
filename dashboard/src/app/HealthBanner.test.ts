import { expect, it } from "vitest";
import { makeChanges } from "@/live/fakes";
import { troubles } from "./HealthBanner";

const { health: WELL } = makeChanges();
type Health = typeof WELL;
const destination = (id: string, state: Health["destinations"][number]["state"]) => ({ id, state, since: null });

it.each<[string, Partial<Health>, string[]]>([
  ["all is well", {}, []],
  ["nobody scored, a destination did not say", { model: "unknown", destinations: [destination("a", null)] }, []],
  ["the queue is behind", { status: "degraded", queues: "behind" }, ["queues"]],
  ["the model is away, too", { status: "degraded", queues: "behind", model: "degraded" }, ["queues", "model"]],
  [
    "destinations fail",
    {
      status: "degraded",
      destinations: [destination("a", "failing"), destination("b", "ok"), destination("c", "disabled")],
    },
    ["destination a", "destination c"],
  ],
  ["degraded, and no part says why", { status: "degraded" }, ["other"]],
])("%s", (_name, over, keys) => expect(troubles({ ...WELL, ...over }).map(({ key }) => key)).toEqual(keys));

it("leads to the deliveries of the destination, whatever its name", () => {
  const [trouble] = troubles({ ...WELL, destinations: [destination("a&b", "failing")] });
  expect(trouble?.href).toBe("/deliveries?destination=a%26b");
});
