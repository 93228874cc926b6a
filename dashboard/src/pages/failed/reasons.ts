/** Dead letters in words; why they failed stands in src/format/failure.ts. */
import type { DeadLetter } from "@/api/types";

/** The stage at which it was given up, from the queue that its message came from. */
export function stageOf({ source, body }: Pick<DeadLetter, "source" | "body">): string {
  if (body === null) return "scoring";
  if (source === null) return "unknown";
  return /alert/i.test(source) ? "dispatch" : "scoring";
}

/** The first words of what could not be read. */
export function preview({ body }: Pick<DeadLetter, "body">): string {
  return (body ?? "").replaceAll(/\s+/g, " ").slice(0, 120);
}
