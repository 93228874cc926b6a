"""Tickets: one, a list, and deletion."""

from __future__ import annotations

from collections.abc import Callable

from ticketrouter.edge import http
from ticketrouter.edge.requests import TicketParameters, TicketsParameters, read_parameters
from ticketrouter.edge.schemas import TicketDetail, TicketPage, TicketResource
from ticketrouter.edge.schemas_operate import DeletedTickets
from ticketrouter.http_function import Event
from ticketrouter.telemetry import logger
from ticketrouter.usecases.feedback import FeedbackBook
from ticketrouter.usecases.operate import Operate
from ticketrouter.usecases.query import Query

from .audited import FACTS

_OPTIONAL_PARTS = {"explanation", "deliveries", "similar", "feedback"}


def routes(query: Query, operate: Operate, book: FeedbackBook) -> dict[str, Callable[[Event], Event]]:
    """Return who answers what."""

    def get_ticket(event: Event) -> Event:
        parts = read_parameters(event, TicketParameters).parts
        view = query.ticket(event["pathParameters"]["ticket_id"])
        similar = query.similar(view.record) if "similar" in parts else []
        kinds = query.kinds() if "deliveries" in parts else {}
        feedback = book.of_ticket(view.record.item.ticket.ticket_id) if "feedback" in parts else []
        detail = TicketDetail.of(view.record, view.deliveries, similar, kinds, feedback)
        return http.json_response(200, detail.model_dump(exclude=_OPTIONAL_PARTS - parts))

    def list_tickets(event: Event) -> Event:
        page = query.tickets(read_parameters(event, TicketsParameters).to_query())
        tickets = [TicketResource.of(view.record, view.deliveries) for view in page.tickets]
        answer = TicketPage(tickets=tickets, cursor=page.cursor, matched=page.matched)
        return http.json_response(200, answer.model_dump())

    def delete_ticket(event: Event) -> Event:
        ticket_id = event["pathParameters"]["ticket_id"]
        operate.delete_ticket(ticket_id)
        logger.info("ticket deleted", ticket_id=ticket_id)
        return {"statusCode": 204}

    def delete_customer(event: Event) -> Event:
        deleted = operate.delete_customer(event["pathParameters"]["customer"])
        logger.info("tickets of a customer deleted", tickets=deleted.tickets)
        answer = DeletedTickets(deleted=deleted.tickets, more=deleted.more)
        return {**http.json_response(200, answer.model_dump()), FACTS: {"tickets": deleted.tickets}}

    return {
        "GET /tickets/{ticket_id}": get_ticket,
        "GET /tickets": list_tickets,
        "DELETE /tickets/{ticket_id}": delete_ticket,
        "DELETE /customers/{customer}/tickets": delete_customer,
    }
