"""Read what the router knows: tickets with their alerts, lists, figures, deliveries, dead letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ticketrouter.domain.alert import Destination
from ticketrouter.domain.errors import CacheUnavailableError, MissingSettingError, NotFoundError, QueueUnavailableError
from ticketrouter.domain.listing import ANY_DELIVERY, ANY_LETTER, DeliveryFilter, LetterFilter
from ticketrouter.domain.pulse import Backlog
from ticketrouter.domain.record import Condition, DeadLetter, Delivery, TicketRecord
from ticketrouter.domain.status import DeliveryStatus, Lane
from ticketrouter.domain.ticket import TICKET_ID
from ticketrouter.ports import (
    Budgets,
    DeadLetters,
    Deliveries,
    DestinationHealth,
    Destinations,
    QueueDepth,
    TicketQuery,
    TicketStore,
    Views,
    WorkQueue,
)


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket and how its alerts fared."""

    record: TicketRecord
    deliveries: list[Delivery]


@dataclass(frozen=True, slots=True)
class TicketList:
    """A page of tickets; `cursor` is None on the last one, `matched` where only a search would tell it."""

    tickets: list[TicketView]
    cursor: str | None
    matched: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Counters and latencies of a window, and what is in flight; `depths` is None when SQS did not say."""

    stats: Mapping[str, Any]
    backlog: Backlog
    depths: Mapping[Lane, QueueDepth] | None


@dataclass(frozen=True, slots=True)
class DestinationView:
    """A destination, and what is held against it; `condition` is None when the store did not say."""

    destination: Destination
    condition: Condition | None


class Query:
    """The reading side.

    Args:
        store: Records.
        views: Lists and figures.
        deliveries: How alerts fared.
        dead_letters: What could not be finished.
        queue: The two lanes, for their depths.
        destinations: Where alerts go.
        health: What is held against them.
        budgets: What they were sent of late.
    """

    def __init__(
        self,
        *,
        store: TicketStore,
        views: Views,
        deliveries: Deliveries,
        dead_letters: DeadLetters,
        queue: WorkQueue,
        destinations: Destinations,
        health: DestinationHealth,
        budgets: Budgets,
    ) -> None:
        self._store = store
        self._views = views
        self._deliveries = deliveries
        self._dead_letters = dead_letters
        self._queue = queue
        self._destinations = destinations
        self._health = health
        self._budgets = budgets

    def ticket(self, ticket_id: str) -> TicketView:
        """Return one ticket.

        Raises:
            NotFoundError: There is none; also for what cannot be an id.
            CacheUnavailableError: The store did not answer.
        """
        record = self._store.get(ticket_id) if TICKET_ID.fullmatch(ticket_id) else None
        if record is None:
            raise NotFoundError("there is no ticket with this id")
        return self.with_deliveries([record])[0]

    def tickets(self, query: TicketQuery) -> TicketList:
        """Return a page of tickets.

        Raises:
            InvalidQueryError: The cursor is not one of ours.
            CacheUnavailableError: The store did not answer.
        """
        page = self._views.find(query)
        return TicketList(self.with_deliveries(page.records), page.cursor, page.matched)

    def figures(self, window_s: int) -> Figures:
        """Return counters, latencies, what is in flight, and queue depths.

        Costs four round trips to the store, with one command for each minute of the window.

        Raises:
            CacheUnavailableError: The store did not answer.
        """
        stats, backlog = self._views.stats(window_s), self._views.backlog()
        try:
            return Figures(stats, backlog, self._queue.depths())
        except QueueUnavailableError:
            return Figures(stats, backlog, None)  # the figures of the store are worth showing by themselves

    def similar(self, record: TicketRecord) -> list[tuple[str, float]]:
        """Return the tickets that were most like it when it was scored, without those that are gone by now."""
        records = self._store.get_many([ticket_id for ticket_id, _ in record.similar]) if record.similar else []
        return [found for found, other in zip(record.similar, records, strict=True) if other is not None]

    def deliveries(
        self, *, status: DeliveryStatus | None, limit: int, cursor: str | None, where: DeliveryFilter = ANY_DELIVERY
    ) -> tuple[list[Delivery], str | None]:
        """Return recent deliveries, newest first, and the cursor of the next page."""
        return self._deliveries.find(status=status, where=where, limit=limit, cursor=cursor)

    def dead_letters(
        self, *, limit: int, cursor: str | None, where: LetterFilter = ANY_LETTER
    ) -> tuple[list[DeadLetter], str | None]:
        """Return dead letters, newest first, and the cursor of the next page."""
        return self._dead_letters.find(limit=limit, cursor=cursor, where=where)

    def destinations(self) -> list[DestinationView]:
        """Return where alerts go, and how well that goes."""
        found = self._destinations.all()
        conditions: Sequence[Condition | None]
        try:
            conditions = self._health.conditions([destination.id for destination in found])
        except CacheUnavailableError:
            conditions = [None] * len(found)  # what is set down can be shown all the same
        return [DestinationView(*each) for each in zip(found, conditions, strict=True)]

    def budgets_used(self, destinations: Sequence[Destination]) -> list[int | None]:
        """Return how many messages each was sent out of its budget within the last hour; None where nobody says."""
        try:
            used = self._budgets.used([destination.id for destination in destinations])
        except CacheUnavailableError:
            return [None] * len(destinations)
        limits = [destination.hourly_budget for destination in destinations]
        return [None if limit is None else count for limit, count in zip(limits, used, strict=True)]

    def kinds(self) -> Mapping[str, str]:
        """Return the kind of each destination, as far as they can be read."""
        try:
            return {destination.id: destination.kind for destination in self._destinations.all()}
        except MissingSettingError:
            return {}  # what became of alerts can be shown all the same

    def store_answers(self) -> bool:
        """Tell whether records can be written now: a replica, or a store that is full, answers reads alone."""
        try:
            self._store.check()
        except CacheUnavailableError:
            return False
        return True

    def with_deliveries(self, records: Sequence[TicketRecord]) -> list[TicketView]:
        """Return each ticket with how its alerts fared."""
        alerted = [record for record in records if record.alerts]  # few are: mostly this saves the round trip
        found = self._deliveries.of_tickets(alerted) if alerted else []
        by_id = {
            record.item.ticket.ticket_id: self._with_fallbacks(record, of_one)
            for record, of_one in zip(alerted, found, strict=True)
        }
        return [TicketView(record, by_id.get(record.item.ticket.ticket_id, [])) for record in records]

    def _with_fallbacks(self, record: TicketRecord, deliveries: list[Delivery]) -> list[Delivery]:
        """Add the deliveries to those that were told in place of others, and theirs."""
        known = {alert.destination for alert in record.alerts}
        found = list(deliveries)
        for delivery in found:  # grows while it runs; a fallback told twice is there once
            if delivery.fallback and delivery.fallback not in known:
                known.add(delivery.fallback)
                found += self._deliveries.of_ticket(delivery.alert.about, [delivery.fallback])
        return found
