/** Why something failed, in words. Source: `DeadLetter.reason`, layers/core/ticketrouter/domain/record.py. */
export const REASONS: Record<string, readonly [words: string, meaning: string]> = {
  poison: ["Broke its worker", "The worker failed on it three times. A redrive gives it three more tries."],
  "dead-lettered": [
    "Never finished",
    "Its message came back too often, and sending it again did not help. A redrive opens the ticket again.",
  ],
  overdue: [
    "Overdue",
    "It had no final status long after its deadline, and sending it again did not help. A redrive opens it again.",
  ],
  "malformed-message": [
    "Unreadable message",
    "No function could read the message. A redrive puts it back as it is: that helps after a fix of the code that reads it.",
  ],
  "id-conflict": [
    "Id taken",
    "While Redis was away a ticket was accepted under an id that another one has. A redrive cannot change that.",
  ],
};

export function reasonWords(reason: string): string {
  return REASONS[reason]?.[0] ?? reason;
}

export function reasonMeaning(reason: string): string {
  return REASONS[reason]?.[1] ?? "";
}

/** What became of a redrive, in words. Source: `outcome` of `POST /dead-letters/redrive` in docs/openapi.json. */
export const REDRIVEN: Readonly<Record<string, string>> = {
  "would-send": "would be sent again",
  sent: "on the queue again",
  delayed: "open again, the queue did not take it yet: it is sent within minutes",
  "not-sent": "not taken by the queue: still a dead letter, try again",
  "not-failed": "not failed any more: nothing to do",
  "not-found": "gone",
  "store-unavailable": "not done, the store did not answer: still a dead letter, try again",
};
