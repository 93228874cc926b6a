/** What an operator can do about an incident, and what each thing does. Source: docs/incidents.md. */
import type { Incident } from "@/api/types";

export type Action = "ack" | "mute" | "resolve";
export type IncidentStatus = Incident["status"];

export const ACTIONS: Record<Action, { label: string; done: string; becomes: IncidentStatus; does: string }> = {
  ack: {
    label: "Acknowledge",
    done: "Acknowledged",
    becomes: "acknowledged",
    does: "Somebody is at it: no more messages about it, but the summary at its end.",
  },
  mute: {
    label: "Mute",
    done: "Muted",
    becomes: "muted",
    does: "No more messages about it, not even the summary. A ticket that says something new is still told singly.",
  },
  resolve: {
    label: "Resolve",
    done: "Resolved",
    becomes: "resolved",
    does: "It is over: the summary goes out within a minute, and the next such ticket opens a new incident.",
  },
};

export function isOver(status: IncidentStatus): boolean {
  return status === "resolved" || status === "closed";
}

/** What is left to do; the state that it is in needs no button. Acknowledging what is muted lets the summary go out again. */
export function actionsFor(status: IncidentStatus): Action[] {
  if (isOver(status)) return [];
  return (Object.keys(ACTIONS) as Action[]).filter((action) => ACTIONS[action].becomes !== status);
}

/** Those that are not over first; within both parts the order of the list stays. */
export function split(incidents: readonly Incident[]): { ongoing: Incident[]; over: Incident[] } {
  return {
    ongoing: incidents.filter(({ status }) => !isOver(status)),
    over: incidents.filter(({ status }) => isOver(status)),
  };
}

/**
 * How many tickets had joined by each of `steps` moments from the first time to the last.
 *
 * @param known times of the tickets that the API lists, the newest 100 at most.
 * @param count of all that joined: what is not listed joined before the oldest that is.
 */
export function growth(known: readonly string[], count: number, steps = 24): number[] {
  const times = known.map((at) => Date.parse(at)).sort((a, b) => a - b);
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return [];
  const before = Math.max(0, count - times.length);
  const stepMs = (last - first) / (steps - 1);
  return Array.from({ length: steps }, (_, step) => {
    const until = step === steps - 1 ? last : first + step * stepMs;
    return before + times.filter((time) => time <= until).length;
  });
}
