/** Tickets to post, and what to wait for. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import type { components } from "../../src/api/schema";
import { ROOT, type Stack } from "./stack";

export type Post = { ticket_id?: string; description: string; subject?: string; customer?: string };

/** Well above 0.8, whichever way the model is trained: the README's own example. */
export const URGENT = "Since the release every customer sees the invoices of other customers.";

function lines<T>(file: string): T[] {
  const text = readFileSync(join(ROOT, file), "utf-8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as T);
}

/** The twenty tickets of `make demo`. */
export function samples(): Post[] {
  return lines<Post>("events/samples.jsonl");
}

/** Tickets about all sorts of things, from those that the model was trained on. */
export function ordinary(count: number): Post[] {
  const rows = ["a", "b", "c", "d"].flatMap((name) => lines<{ text: string }>(`models/data/${name}.jsonl`));
  // Neighbours in a file tell of the same thing: walk in strides.
  const stride = 97;
  return Array.from({ length: count }, (_, n) => ({ description: rows[(n * stride) % rows.length]?.text ?? "" }));
}

/** The first tickets of a storm: those of one incident. */
export function storm(count: number): Post[] {
  const rows = lines<Post & { story: string }>("events/storm.jsonl");
  const posts = rows.map(({ story: _, ...post }) => post);
  return posts.slice(0, count);
}

export async function post(stack: Stack, tickets: readonly Post[]): Promise<string[]> {
  const ids: string[] = [];
  for (const body of tickets) {
    // Not by the typed client, whose types want every optional field.
    const headers = { Authorization: `Bearer ${stack.key}`, "Content-Type": "application/json" };
    const answer = await fetch(`${stack.url}/tickets`, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.status !== 202) throw new Error(`POST /tickets: ${answer.status} ${await answer.text()}`);
    ids.push(((await answer.json()) as { ticket_id: string }).ticket_id);
  }
  return ids;
}

/** Wait until they are scored. */
export async function scored(stack: Stack, ids: readonly string[]): Promise<void> {
  await allAre(stack, ids, ({ status }) => status === "scored");
}

/** Wait until they are scored and none of their alerts is pending. Above a destination's budget that takes minutes. */
export async function settled(stack: Stack, ids: readonly string[]): Promise<void> {
  await allAre(
    stack,
    ids,
    ({ status, alerts }) => status === "scored" && alerts.every((it) => it.status !== "pending"),
  );
}

type Ticket = components["schemas"]["TicketDetail"];

async function allAre(stack: Stack, ids: readonly string[], so: (ticket: Ticket) => boolean): Promise<void> {
  const waiting = new Set(ids);
  const look = async () => {
    for (const ticket_id of waiting) {
      const { data } = await stack.api.GET("/tickets/{ticket_id}", { params: { path: { ticket_id } } });
      if (data && so(data)) waiting.delete(ticket_id);
    }
    return waiting.size;
  };
  await expect.poll(look, { timeout: 90_000 }).toBe(0);
}
