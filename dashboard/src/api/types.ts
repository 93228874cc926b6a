/** Short names for the API's resources. */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Ticket = Schemas["TicketResource"];
export type TicketDetail = Schemas["TicketDetail"];
export type TicketPage = Schemas["TicketPage"];
export type Incident = Schemas["IncidentResource"];
export type IncidentDetail = Schemas["IncidentDetail"];
export type Delivery = Schemas["DeliveryResource"];
export type Destination = Schemas["DestinationResource"];
export type DeadLetter = Schemas["DeadLetterResource"];
export type Stats = Schemas["StatsResource"];
export type Model = Schemas["ModelResource"];
export type Changes = Schemas["ChangesPage"];
export type Band = NonNullable<Ticket["urgency_band"]>;
export type Sentiment = NonNullable<Ticket["sentiment"]>;
