/** Where the overview's figures lead. The parameters are those of the pages they name. */
import type { Band } from "@/api/types";

function link(path: string, params: Record<string, string>): string {
  const query = new URLSearchParams(params).toString();
  return query ? `${path}?${query}` : path;
}

export const links = {
  accepted: link("/queue", { sort: "-accepted_at" }),
  inFlight: link("/queue", { status: "accepted", sort: "-accepted_at" }),
  oldest: link("/queue", { status: "accepted", sort: "accepted_at" }),
  scored: link("/queue", { status: "scored", sort: "-accepted_at" }),
  queue: "/queue",
  urgent: link("/queue", { band: "critical" }),
  failed: "/failed",
  incidents: "/incidents",
  model: "/model",
  ticket: (id: string) => `/tickets/${encodeURIComponent(id)}`,
  incident: (id: string) => `/incidents/${encodeURIComponent(id)}`,
  deliveries: (status?: "exhausted") => link("/deliveries", status ? { status } : {}),
  destination: (destination: string) => link("/deliveries", { destination }),
  mix: (category: string, band?: Band) => link("/queue", { category, ...(band && { band }) }),
};
