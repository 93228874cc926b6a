/** A ticket in words: its title, its address, the call that reads it. */
import type { Ticket } from "@/api/types";
import { formatCurl } from "@/format/curl";

const TITLE_CHARS = 80;

/** The subject, else the first words. */
export function titleOf({ subject, description }: Pick<Ticket, "subject" | "description">): string {
  const text = (subject || description).replace(/\s+/g, " ").trim();
  if (text.length <= TITLE_CHARS || subject) return text;
  const cut = text.slice(0, TITLE_CHARS);
  return `${cut.slice(0, cut.lastIndexOf(" ") > TITLE_CHARS / 2 ? cut.lastIndexOf(" ") : TITLE_CHARS)}…`;
}

/** Where the ticket's page is, below the dashboard. */
export function pathOf(id: string): string {
  return `/tickets/${encodeURIComponent(id)}`;
}

export function linkOf(id: string, origin = window.location.origin): string {
  return `${origin}/app${pathOf(id)}`;
}

/** The call that reads the ticket. */
export function curlOf(id: string): string {
  return formatCurl("GET", `${pathOf(id)}?include=explanation,deliveries,similar`);
}
