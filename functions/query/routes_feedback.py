"""Feedback: a row about a ticket's labels, and the list of them.

The rows are their own trail, with the key's name in each: an entry of the audit, too, would let a key that only submits
push what operators did out of that list.
"""

from __future__ import annotations

from collections.abc import Callable

from ticketrouter.edge import http
from ticketrouter.edge.requests import read_parameters, read_request
from ticketrouter.edge.requests_feedback import FeedbackParameters, FeedbackRequest
from ticketrouter.edge.schemas_feedback import FeedbackPage, FeedbackResource
from ticketrouter.http_function import Event
from ticketrouter.telemetry import logger
from ticketrouter.usecases.feedback import FeedbackBook


def routes(book: FeedbackBook) -> dict[str, Callable[[Event], Event]]:
    """Return who answers what."""

    def add_feedback(event: Event) -> Event:
        asked = read_request(event, FeedbackRequest)
        caller = event["requestContext"]["authorizer"]["lambda"]
        row = book.add(
            event["pathParameters"]["ticket_id"],
            key_id=caller["key_id"],
            key_name=caller.get("key_name", ""),
            category=asked.category,
            urgency=asked.urgency,
            sentiment=asked.sentiment or "",
            note=asked.note,
        )
        logger.info("feedback", ticket_id=row.ticket_id, feedback_id=row.id)
        return http.json_response(201, FeedbackResource.of(row).model_dump())

    def list_feedback(event: Event) -> Event:
        asked = read_parameters(event, FeedbackParameters)
        found, cursor = book.find(limit=asked.limit, cursor=asked.cursor)
        page = FeedbackPage(feedback=[FeedbackResource.of(row) for row in found], cursor=cursor)
        return http.json_response(200, page.model_dump())

    return {"POST /tickets/{ticket_id}/feedback": add_feedback, "GET /feedback": list_feedback}
