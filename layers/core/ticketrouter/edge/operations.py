"""The HTTP contract at one glance: one entry a route, from which the OpenAPI document is built (`local/openapi.py`).

Scopes are in `domain/access.py`, statuses of errors in `edge/http.py`. No function needs this file to answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from ticketrouter.domain import errors
from ticketrouter.edge import (
    requests,
    requests_feedback,
    requests_operate,
    schemas,
    schemas_audit,
    schemas_deliveries,
    schemas_feedback,
    schemas_incidents,
    schemas_live,
    schemas_model,
    schemas_operate,
    schemas_score,
    schemas_stats,
    tickets,
)

TAGS = {
    "tickets": "Post tickets, and see what became of them.",
    "live": "What a live page polls.",
    "deliveries": "How alerts fared with their destinations.",
    "incidents": "Tickets that tell of the same thing, as one.",
    "dead letters": "What was accepted and could not be finished.",
    "feedback": "What people say of tickets' labels, for the next training.",
    "audit": "What operators did.",
    "scoring": "Score a text now; what is known of the model.",
    "about": "The API about itself; open to everyone.",
}
STORE = (errors.CacheUnavailableError,)
BODY = (errors.MalformedBodyError, errors.PayloadTooLargeError, errors.UnsupportedMediaTypeError)
INGEST = (*BODY, errors.RateLimitedError, errors.QueueUnavailableError)


@dataclass(frozen=True, slots=True)
class Operation:
    """What one route takes and answers.

    Attributes:
        id: Name of the function that a generated client has for it.
        tag: One of `TAGS`.
        summary: What it does, imperative.
        answer: Shape of the success; None for a body that is not JSON of a shape.
        description: What the summary leaves open.
        status: Of the success.
        answer_type: Media type of the success; empty for no body.
        parameters: Shape of the query string.
        body: Shapes of the body by media type; a list of one shape is an array of it.
        headers: Request headers that mean something, and what.
        answer_headers: Headers of the success, and what they mean.
        raises: Errors that it answers with.
        not_modified: Whether it answers 304.
    """

    id: str
    tag: str
    summary: str
    answer: type[BaseModel] | None = None
    description: str = ""
    status: int = 200
    answer_type: str = "application/json"
    parameters: type[BaseModel] | None = None
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    answer_headers: dict[str, str] = field(default_factory=dict)
    raises: tuple[type[errors.RouterError], ...] = ()
    not_modified: bool = False


_RETRY_KEY = {"Idempotency-Key": "Retry with the same key: the ticket is accepted once. 1 to 255 printable characters."}
_ORDER_KEY = {
    "Idempotency-Key": "Repeat a call with the same key if no answer came: each delivery is sent once more at most. "
    "1 to 255 printable characters."
}

OPERATIONS: dict[str, Operation] = {
    "POST /tickets": Operation(
        "postTicket", "tickets", "Accept a ticket", tickets.AcceptedTicket,
        "Durably queued when answered. The same id and content again is the same 202 with `duplicate: true`.",
        status=202, body={"application/json": tickets.TicketRequest}, headers=_RETRY_KEY,
        answer_headers={"Location": "Where the ticket is read.", "Retry-After": "Seconds until that is worth while."},
        raises=(*INGEST, errors.InvalidTicketError, errors.ConflictError, errors.InProgressError),
    ),
    "POST /tickets/batch": Operation(
        "postTickets", "tickets", "Accept up to 500 tickets", tickets.AcceptedBatch,
        "A JSON array, or CSV with a `text` or `description` column; at most 1 MiB. A bad row never sinks the rest.",
        status=202, body={"application/json": [tickets.TicketRequest], "text/csv": None}, headers=_RETRY_KEY,
        raises=INGEST,
    ),
    "GET /tickets": Operation(
        "listTickets", "tickets", "List tickets", schemas.TicketPage,
        parameters=requests.TicketsParameters, raises=(errors.InvalidQueryError, *STORE),
    ),
    "GET /tickets/{ticket_id}": Operation(
        "getTicket", "tickets", "Read a ticket", schemas.TicketDetail,
        parameters=requests.TicketParameters, raises=(errors.NotFoundError, errors.InvalidQueryError, *STORE),
    ),
    "POST /tickets/{ticket_id}/feedback": Operation(
        "postFeedback", "feedback", "Say what would have been right", schemas_feedback.FeedbackResource,
        "Nothing changes a row: what is said later counts more. The score stays as it is. 409 above 100 rows a ticket.",
        status=201, body={"application/json": requests_feedback.FeedbackRequest},
        raises=(*BODY, errors.NotFoundError, errors.ConflictError, errors.InvalidQueryError, *STORE),
    ),
    "GET /feedback": Operation(
        "listFeedback", "feedback", "List feedback, newest first", schemas_feedback.FeedbackPage,
        parameters=requests_feedback.FeedbackParameters, raises=(errors.InvalidQueryError, *STORE),
    ),
    "DELETE /tickets/{ticket_id}": Operation(
        "deleteTicket", "tickets", "Delete all that is known of a ticket",
        status=204, answer_type="", raises=(errors.NotFoundError, *STORE),
    ),
    "DELETE /customers/{customer}/tickets": Operation(
        "deleteCustomerTickets", "tickets", "Delete the tickets of a customer", schemas_operate.DeletedTickets,
        "At most 500 a call: `more` tells to call again.", raises=STORE,
    ),
    "GET /changes": Operation(
        "getChanges", "live", "Read what changed since the last call", schemas_live.ChangesPage,
        "One call for a whole page. Without `since` nothing is listed: it answers the figures and the cursor of now.",
        parameters=requests.ChangesParameters,
        headers={"If-None-Match": "ETag of the answer before: a 304 without a body if it would be the same."},
        answer_headers={"ETag": "Names this answer but for its `as_of`."}, not_modified=True,
        raises=(errors.CursorExpiredError, errors.InvalidQueryError, *STORE),
    ),
    "GET /stats": Operation(
        "getStats", "live", "Read counters and latencies of a window", schemas_stats.StatsResource,
        parameters=requests.StatsParameters, raises=(errors.InvalidQueryError, *STORE),
    ),
    "GET /deliveries": Operation(
        "listDeliveries", "deliveries", "List deliveries, newest first", schemas_deliveries.DeliveryPage,
        parameters=requests_operate.DeliveriesParameters, raises=(errors.InvalidQueryError, *STORE),
    ),
    "POST /deliveries/{delivery_id}/replay": Operation(
        "replayDelivery", "deliveries", "Send a finished delivery once more", schemas_operate.ReplayedDelivery,
        status=202, headers=_ORDER_KEY,
        raises=(
            errors.NotFoundError, errors.ConflictError, errors.InvalidQueryError, errors.QueueUnavailableError, *STORE,
        ),
    ),
    "GET /deliveries/{delivery_id}": Operation(
        "getDelivery", "deliveries", "Read a delivery, with what its receiver answered", schemas_operate.DeliveryDetail,
        raises=(errors.NotFoundError, *STORE),
    ),
    "POST /deliveries/replay": Operation(
        "replayDeliveries", "deliveries", "Send finished deliveries once more", schemas_operate.ReplayReport,
        "Newest first, at most 200 a call, spread over time. A receiver that kept the first ones drops these.",
        body={"application/json": requests_operate.ReplayRequest}, headers=_ORDER_KEY,
        raises=(*BODY, errors.InvalidQueryError, *STORE),
    ),
    "POST /destinations/{destination_id}/test": Operation(
        "testDestination", "deliveries", "Send a test alert to a destination", schemas_operate.ReplayedDelivery,
        "It goes the way of every alert, marked as a test; its delivery tells what came of it.",
        status=202, raises=(errors.NotFoundError, errors.QueueUnavailableError, *STORE),
    ),
    "GET /audit": Operation(
        "listAudit", "audit", "List what operators did, newest first", schemas_audit.AuditPage,
        parameters=requests.AuditParameters, raises=(errors.InvalidQueryError, *STORE),
    ),
    "GET /destinations": Operation(
        "listDestinations", "deliveries", "List where alerts go", schemas_operate.DestinationList,
    ),
    "GET /incidents": Operation(
        "listIncidents", "incidents", "List incidents, newest first", schemas_incidents.IncidentPage,
        parameters=requests.IncidentsParameters, raises=(errors.InvalidQueryError, *STORE),
    ),
    "GET /incidents/{incident_id}": Operation(
        "getIncident", "incidents", "Read an incident and its tickets", schemas_incidents.IncidentDetail,
        raises=(errors.NotFoundError, *STORE),
    ),
    "POST /incidents/{incident_id}/ack": Operation(
        "ackIncident", "incidents", "Say that somebody is at it", schemas_incidents.IncidentResource,
        "No more messages about it but the summary. A 409 where it is over.",
        raises=(errors.NotFoundError, errors.ConflictError, *STORE),
    ),
    "POST /incidents/{incident_id}/resolve": Operation(
        "resolveIncident", "incidents", "End an incident", schemas_incidents.IncidentResource,
        "The summary goes out within a minute; the next such ticket opens a new one. A 409 where it is over.",
        raises=(errors.NotFoundError, errors.ConflictError, *STORE),
    ),
    "POST /incidents/{incident_id}/mute": Operation(
        "muteIncident", "incidents", "Tell nobody of an incident any more", schemas_incidents.IncidentResource,
        "Not even the summary goes out. What says something new is still told singly. A 409 where it is over.",
        raises=(errors.NotFoundError, errors.ConflictError, *STORE),
    ),
    "GET /dead-letters": Operation(
        "listDeadLetters", "dead letters", "List dead letters, newest first", schemas_operate.DeadLetterPage,
        parameters=requests_operate.DeadLettersParameters, raises=(errors.InvalidQueryError, *STORE),
    ),
    "POST /dead-letters/redrive": Operation(
        "redriveDeadLetters", "dead letters", "Work on dead letters again", schemas_operate.RedriveReport,
        "By ids, or by a filter, newest first, at most 500 a call, spread over time.",
        body={"application/json": requests_operate.RedriveRequest}, raises=(*BODY, errors.InvalidQueryError, *STORE),
    ),
    "POST /score": Operation(
        "scoreText", "scoring", "Score a text and explain it by its pieces", schemas_score.ScoreResource,
        "Nothing is stored.", body={"application/json": requests.ScoreRequest},
        raises=(*BODY, errors.NotFoundError, errors.InvalidQueryError, *STORE),
    ),
    "GET /model": Operation("getModel", "scoring", "Describe the model", schemas_model.ModelResource),
    "GET /key": Operation(
        "getKey", "about", "Tell what the key of this call may do", schemas_live.KeyResource,
    ),
    "GET /health": Operation(
        "getHealth", "about", "Tell whether the parts answer", schemas_live.HealthResource,
        "Always a 200 while the function runs at all.",
    ),
    "GET /openapi.json": Operation("getOpenapi", "about", "Read this document"),
    "GET /docs": Operation("getDocs", "about", "Read this document as a page", answer_type="text/html"),
}  # fmt: skip
