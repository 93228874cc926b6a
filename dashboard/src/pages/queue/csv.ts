/** Tickets as CSV, for a spreadsheet or the batch call. Source: RFC 4180. */
import type { Ticket } from "@/api/types";

const COLUMNS = ["ticket_id", "urgency_score", "urgency_band", "category", "status", "accepted_at"] as const;

/** A cell that begins like a formula would be one in a spreadsheet. */
function cell(value: string | number | null): string {
  const raw = value === null ? "" : String(value);
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(raw) ? `'${raw}` : raw;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toCsv(tickets: readonly Ticket[]): string {
  const lines = tickets.map((ticket) => COLUMNS.map((name) => cell(ticket[name])).join(","));
  return [COLUMNS.join(","), ...lines, ""].join("\r\n");
}
