/** Where the overview's figures lead. The parameters are those of the pages they name. */
import type { Band } from "@/api/types";
import type { Range } from "@/app/range";

function link(path: string, params: Record<string, string>): string {
  const query = new URLSearchParams(params).toString();
  return query ? `${path}?${query}` : path;
}

export const links = {
  accepted: link("/queue", { sort: "-accepted_at" }),
  inFlight: link("/queue", { status: "accepted", sort: "-accepted_at" }),
  oldest: link("/queue", { status: "accepted", sort: "accepted_at" }),
  scored: link("/queue", { status: "scored", within: "1h", sort: "-total_ms" }),
  queue: "/queue",
  urgent: link("/queue", { band: "critical", within: "1h" }),
  critical: link("/queue", { band: "critical" }),
  failed: "/failed",
  incidents: "/incidents",
  model: "/model",
  ticket: (id: string) => `/tickets/${encodeURIComponent(id)}`,
  incident: (id: string) => `/incidents/${encodeURIComponent(id)}`,
  deliveries: "/deliveries",
  lastHour: (status?: "exhausted") => link("/deliveries", { ...(status && { status }), age: "1h" }),
  destination: (destination: string) => link("/deliveries", { destination }),
  mix: (category: string, within: Range, band?: Band) => link("/queue", { category, ...(band && { band }), within }),
};
