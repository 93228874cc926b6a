"""Deliveries and where they go; the replay."""

from __future__ import annotations

from collections.abc import Callable

from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.edge import http
from ticketrouter.edge.requests import read_order, read_parameters, read_request
from ticketrouter.edge.requests_operate import DeliveriesParameters, ReplayRequest
from ticketrouter.edge.schemas_deliveries import DeliveryPage, DeliveryResource
from ticketrouter.edge.schemas_operate import (
    DeliveryDetail,
    DestinationList,
    DestinationResource,
    ReplayedDelivery,
    ReplayReport,
    ReplayResult,
)
from ticketrouter.http_function import Event
from ticketrouter.telemetry import logger
from ticketrouter.usecases.query import Query
from ticketrouter.usecases.replay import Replay, ReplayOutcome

from .audited import FACTS


def routes(query: Query, replay: Replay) -> dict[str, Callable[[Event], Event]]:
    """Return who answers what."""

    def list_deliveries(event: Event) -> Event:
        asked = read_parameters(event, DeliveriesParameters)
        found, cursor = query.deliveries(
            status=asked.status, where=asked.to_filter(), limit=asked.limit, cursor=asked.cursor
        )
        kinds = query.kinds()
        page = DeliveryPage(deliveries=[DeliveryResource.of(delivery, kinds) for delivery in found], cursor=cursor)
        return http.json_response(200, page.model_dump())

    def get_delivery(event: Event) -> Event:
        delivery = replay.delivery(event["pathParameters"]["delivery_id"])
        return http.json_response(200, DeliveryDetail.of(delivery, query.kinds()).model_dump())

    def replay_deliveries(event: Event) -> Event:
        asked = read_request(event, ReplayRequest)
        replayed = replay.matching(
            DeliveryStatus(asked.status),
            asked.to_filter(),
            per_minute=asked.per_minute,
            dry_run=asked.dry_run,
            cursor=asked.cursor,
            order=read_order(event),
        )
        queued = list(replayed.outcomes.values()).count(ReplayOutcome.QUEUED)
        logger.info("replays queued", deliveries=len(replayed.outcomes), sent=queued, dry_run=asked.dry_run)
        report = ReplayReport(
            dry_run=asked.dry_run,
            results=[ReplayResult(delivery_id=name, outcome=outcome) for name, outcome in replayed.outcomes.items()],
            spread_s=replayed.spread_s,
            more=replayed.cursor is not None,
            cursor=replayed.cursor,
        )
        facts = {"deliveries": len(replayed.outcomes), "sent": queued, "dry_run": int(asked.dry_run)}
        return {**http.json_response(200, report.model_dump()), FACTS: facts}

    def test_destination(event: Event) -> Event:
        alert = replay.test(event["pathParameters"]["destination_id"])
        delivery_id = f"{alert.about}~{alert.destination}"
        logger.info("test queued", ticket_id=alert.ticket_id, destination=alert.destination)
        answer = ReplayedDelivery(delivery_id=delivery_id, webhook_id=alert.webhook_id)
        return {**http.json_response(202, answer.model_dump()), FACTS: {"delivery_id": delivery_id}}

    def replay_delivery(event: Event) -> Event:
        delivery = replay.one(event["pathParameters"]["delivery_id"], order=read_order(event))
        logger.info("replay queued", ticket_id=delivery.alert.ticket_id, destination=delivery.alert.destination)
        answer = ReplayedDelivery(delivery_id=delivery.id, webhook_id=delivery.alert.webhook_id)
        return http.json_response(202, answer.model_dump())

    def list_destinations(event: Event) -> Event:
        views = query.destinations()
        used = query.budgets_used([view.destination for view in views])
        found = [
            DestinationResource.of(view.destination, view.condition, count)
            for view, count in zip(views, used, strict=True)
        ]
        return http.json_response(200, DestinationList(destinations=found).model_dump())

    return {
        "GET /deliveries": list_deliveries,
        "GET /deliveries/{delivery_id}": get_delivery,
        "POST /deliveries/replay": replay_deliveries,
        "POST /destinations/{destination_id}/test": test_destination,
        "POST /deliveries/{delivery_id}/replay": replay_delivery,
        "GET /destinations": list_destinations,
    }
