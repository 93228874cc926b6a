/** Tickets to try the router with. Each says what it is meant to show; what comes of it is the model's. */

export type Draft = { subject: string; description: string; customer: string; ticketId: string };
export type Preset = { id: string; name: string; shows: string; drafts: readonly Draft[] };

export const EMPTY: Draft = { subject: "", description: "", customer: "", ticketId: "" };

function draft(description: string, more: Partial<Draft> = {}): Draft {
  return { ...EMPTY, description, ...more };
}

const OUTAGE_TELLINGS = [
  "Since 9:40 our shop's checkout ends with error 500 for every customer. No order goes through.",
  "Nobody can pay in our store. The payment page shows a 500 error after the card is entered.",
  "Checkout is down. We get error 500 on each payment and lose orders by the minute.",
  "All card payments fail at checkout with an internal server error since this morning.",
  "Your payment page answers 500. Not one of our customers could complete an order in the last half hour.",
  "Payments are broken: the checkout throws error 500 whatever card we try.",
  "Our customers call because the checkout fails with a server error. We cannot sell anything.",
  "Every order fails at the payment step, error 500. It worked yesterday evening.",
  "The checkout returns 500 for all of our customers in every country. Sales have stopped.",
  "Card payment is impossible at the moment: error 500 after the payment page, for everybody.",
];

export const PRESETS: readonly Preset[] = [
  {
    id: "outage",
    name: "Calm outage",
    shows: "Impact counts, not mood: nobody shouts here, and it is urgent.",
    drafts: [
      draft(
        "Good morning. Since the release at 9:00 every payment in our shop fails with error 500, for all customers " +
          "in all countries. There is no other provider that we could switch to. Thank you for having a look.",
        { subject: "Checkout returns 500", customer: "shoe-street" },
      ),
    ],
  },
  {
    id: "trifle",
    name: "Angry trifle",
    shows: "Capitals and anger do not make a ticket urgent.",
    drafts: [draft("URGENT!!! Your new colours are HIDEOUS. Who approved this??? Change them back IMMEDIATELY!")],
  },
  {
    id: "breach",
    name: "Data breach",
    shows: "A calm report of harm that goes on now.",
    drafts: [
      draft(
        "Since the update an hour ago every customer sees the invoices of other customers, with their names and " +
          "addresses. I have closed the page and told my team not to look further.",
        { subject: "Wrong invoices", customer: "acme" },
      ),
    ],
  },
  {
    id: "billing",
    name: "Billing",
    shows: "Money to correct, and no hurry.",
    drafts: [
      draft("My card was charged twice for October, 49 EUR each. Please return one payment when you get to it.", {
        subject: "Charged twice",
      }),
    ],
  },
  {
    id: "gdpr",
    name: "GDPR",
    shows: "A legal request with a month's time.",
    drafts: [
      draft("Under Article 17 GDPR I ask you to erase all personal data that you hold about me, and to confirm it.", {
        subject: "Erasure request",
      }),
    ],
  },
  {
    id: "german",
    name: "Another language",
    shows: "The model reads English best. What it is not sure of it marks for review.",
    drafts: [
      draft(
        "Seit heute Morgen kommt kein Kollege mehr ins Lagersystem, die Anmeldung bricht mit einem Fehler ab. " +
          "Wir können nichts mehr ausliefern.",
      ),
    ],
  },
  {
    id: "tellings",
    name: "Ten tellings of one outage",
    shows:
      "Ten customers tell of the same thing. This preset posts ten tickets; those that are alike form one incident.",
    drafts: OUTAGE_TELLINGS.map((telling, index) => draft(telling, { customer: `shop-${index + 1}` })),
  },
  {
    id: "invalid",
    name: "Invalid",
    shows: "An id with spaces in it: the router refuses the ticket and says why.",
    drafts: [draft("This ticket is not accepted, so nobody reads it.", { ticketId: "no spaces here" })],
  },
];

/** The body of `POST /tickets`: fields that were left empty stay out, but for the description, which is required. */
export function bodyOf({ subject, description, customer, ticketId }: Draft) {
  return {
    ...(ticketId && { ticket_id: ticketId }),
    ...(subject && { subject }),
    description,
    ...(customer && { customer }),
    channel: "dashboard",
  };
}

/** What the worker scores of it. Source: `Ticket.text`, layers/core/ticketrouter/domain/ticket.py. */
export function scoredText({ subject, description }: Draft): string {
  return subject.trim() ? `${subject.trim()}\n${description}` : description;
}
