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
