"""Deliveries and where they go; the replay."""

from __future__ import annotations

from collections.abc import Callable

from ticketrouter.edge import http
from ticketrouter.edge.requests import DeliveriesParameters, read_parameters
from ticketrouter.edge.schemas import DeliveryPage, DeliveryResource
from ticketrouter.edge.schemas_operate import DestinationList, DestinationResource, ReplayedDelivery
from ticketrouter.http_function import Event
from ticketrouter.telemetry import logger
from ticketrouter.usecases.operate import Operate
from ticketrouter.usecases.query import Query


def routes(query: Query, operate: Operate) -> dict[str, Callable[[Event], Event]]:
    """Return who answers what."""

    def list_deliveries(event: Event) -> Event:
        asked = read_parameters(event, DeliveriesParameters)
        found, cursor = query.deliveries(status=asked.status, limit=asked.limit, cursor=asked.cursor)
        page = DeliveryPage(deliveries=[DeliveryResource.of(delivery) for delivery in found], cursor=cursor)
        return http.json_response(200, page.model_dump())

    def replay_delivery(event: Event) -> Event:
        delivery = operate.replay(event["pathParameters"]["delivery_id"])
        logger.info("replay queued", ticket_id=delivery.alert.ticket_id, destination=delivery.alert.destination)
        answer = ReplayedDelivery(delivery_id=delivery.id, webhook_id=delivery.alert.webhook_id)
        return http.json_response(202, answer.model_dump())

    def list_destinations(event: Event) -> Event:
        found = [DestinationResource.of(view.destination, view.condition) for view in query.destinations()]
        return http.json_response(200, DestinationList(destinations=found).model_dump())

    return {
        "GET /deliveries": list_deliveries,
        "POST /deliveries/{delivery_id}/replay": replay_delivery,
        "GET /destinations": list_destinations,
    }
