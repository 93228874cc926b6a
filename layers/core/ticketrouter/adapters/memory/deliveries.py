"""Records of deliveries in memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ticketrouter.adapters.memory.state import DeliveryRow, MemoryState
from ticketrouter.domain.alert import Alert, IncidentFacts, about_update
from ticketrouter.domain.incident import Incident
from ticketrouter.domain.listing import ANY_DELIVERY, DeliveryFilter, decode_cursor, encode_cursor
from ticketrouter.domain.record import Attempt, Delivery, TicketRecord
from ticketrouter.domain.stats import of_delivery
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import DeliveryChanges, DeliveryClaim, DeliveryVerdict, Turn

LOG_LENGTH = 10


class MemoryDeliveries:
    """The twin of `RedisDeliveries`.

    Args:
        state: What the twins share.
    """

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    def claim(self, alert: Alert, *, token: str, lease_ms: int) -> DeliveryClaim:
        """Take the lease on this delivery."""
        with self._state.open() as now_ms:
            if self._state.is_deleted(alert.about):
                return DeliveryClaim(DeliveryVerdict.DONE, 0)
            opened = (alert.about, alert.destination) not in self._state.deliveries
            row = self._row(alert, now_ms)
            if alert.epoch > row.epoch:
                opened = True
                row.epoch, row.token, row.lease_until_ms = alert.epoch, "", 0
                row.delivery = Delivery(alert, DeliveryStatus.PENDING, 0, row.delivery.log, now_ms)
            if alert.replay and alert.replay not in row.replays:
                row.replays.add(alert.replay)
                if row.delivery.status is not DeliveryStatus.PENDING:
                    opened = True
                    row.delivery = replace(
                        row.delivery, status=DeliveryStatus.PENDING, updated_at_ms=now_ms, next_at_ms=None
                    )
            if opened:
                self._touch(alert)
            delivery = row.delivery
            if delivery.status is not DeliveryStatus.PENDING:
                return _answer(DeliveryVerdict.DONE, delivery)
            if row.lease_until_ms > now_ms and row.token != token:
                return _answer(DeliveryVerdict.BUSY, delivery, row.lease_until_ms - now_ms)
            if delivery.next_at_ms is not None and delivery.next_at_ms > now_ms:
                in_digest = delivery.digest_id is not None and not delivery.attempts
                verdict = DeliveryVerdict.BUSY if in_digest else DeliveryVerdict.LATER
                return _answer(verdict, delivery, delivery.next_at_ms - now_ms)
            row.token, row.lease_until_ms = token, now_ms + lease_ms
            return _answer(DeliveryVerdict.SEND, delivery)

    def record(
        self,
        alert: Alert,
        attempt: Attempt,
        status: DeliveryStatus,
        *,
        token: str,
        retry_in_ms: int | None,
    ) -> bool:
        """Write the outcome of a try if the lease is still ours."""
        with self._state.open() as now_ms:
            row = self._state.deliveries.get((alert.about, alert.destination))
            if row is None or not row.token or row.token != token:
                return False
            row.token, row.lease_until_ms = "", 0
            row.delivery = replace(
                row.delivery,
                status=status,
                attempts=row.delivery.attempts + 1,
                log=(*row.delivery.log, attempt)[-LOG_LENGTH:],
                updated_at_ms=now_ms,
                next_at_ms=None if retry_in_ms is None else now_ms + retry_in_ms,
            )
            self._end(alert, status, attempt.at_ms)
            return True

    def postpone(self, alert: Alert, *, token: str, in_ms: int) -> bool:
        """End the lease without a try, and allow the next one later."""
        with self._state.open() as now_ms:
            row = self._state.deliveries.get((alert.about, alert.destination))
            if row is None or not row.token or row.token != token:
                return False
            row.token, row.lease_until_ms = "", 0
            row.delivery = replace(row.delivery, next_at_ms=now_ms + in_ms)
            return True

    def note_fallback(self, alert: Alert, destination: str) -> None:
        """Note that another destination was told, too."""
        with self._state.open():
            row = self._state.deliveries.get((alert.about, alert.destination))
            if row is not None:
                row.delivery = replace(row.delivery, fallback=destination)
                self._touch(alert)

    def hold(self, alert: Alert, *, token: str, digest_id: str, wait_ms: int | None) -> bool:
        """Leave the alert to a digest if the lease is still ours."""
        with self._state.open() as now_ms:
            row = self._state.deliveries.get((alert.about, alert.destination))
            if row is None or not row.token or row.token != token:
                return False
            row.token, row.lease_until_ms = "", 0
            status = DeliveryStatus.SUPPRESSED if wait_ms is None else DeliveryStatus.PENDING
            row.delivery = replace(
                row.delivery,
                status=status,
                digest_id=digest_id,
                updated_at_ms=now_ms,
                next_at_ms=None if wait_ms is None else now_ms + wait_ms,
            )
            self._end(alert, status, now_ms)
            return True

    def close(self, alert: Alert, status: DeliveryStatus) -> bool:
        """Give a pending delivery its final status without a try."""
        with self._state.open() as now_ms:
            if self._state.is_deleted(alert.about):
                return False
            row = self._row(alert, now_ms)
            if row.delivery.status is not DeliveryStatus.PENDING or row.epoch > alert.epoch:
                return False
            row.token, row.lease_until_ms = "", 0
            row.delivery = replace(row.delivery, status=status, updated_at_ms=now_ms, next_at_ms=None)
            self._end(alert, status, now_ms)
            return True

    def take_turn(self, incident: IncidentFacts, destination: str, *, token: str, lease_ms: int) -> Turn:
        """Ask whether a message about an incident may go out."""
        with self._state.open() as now_ms:
            row = self._state.turns[incident.incident_id, destination]
            if incident.update < row.told:
                return Turn.OVERTAKEN
            if row.lease_until_ms > now_ms and row.token != token:
                return Turn.BUSY
            row.token, row.lease_until_ms = token, now_ms + lease_ms
            return Turn.OURS

    def end_turn(self, incident: IncidentFacts, destination: str, *, token: str, told: bool) -> None:
        """Let others go."""
        with self._state.open():
            row = self._state.turns[incident.incident_id, destination]
            if told:
                row.told = max(row.told, incident.update)
            if row.token == token:
                row.token, row.lease_until_ms = "", 0

    def tell_instead(self, incident: IncidentFacts, destination: str, *, fallback: str, token: str) -> Turn:
        """Note that a fallback is told of an incident, too; see the port."""
        with self._state.open() as now_ms:
            row = self._state.turns[incident.incident_id, destination]
            if incident.update < row.told:
                return Turn.OVERTAKEN
            if row.lease_until_ms > now_ms and row.token != token:
                return Turn.BUSY
            row.fallback = fallback
            return Turn.OURS

    def told_instead(self, incident: IncidentFacts, destination: str) -> str:
        """Return the fallback that was told of an incident in this one's place."""
        with self._state.open():
            return self._state.turns[incident.incident_id, destination].fallback

    def _row(self, alert: Alert, now_ms: int) -> DeliveryRow:
        fresh = DeliveryRow(Delivery(alert, DeliveryStatus.PENDING, 0, (), now_ms), alert.epoch)
        return self._state.deliveries.setdefault((alert.about, alert.destination), fresh)

    def _end(self, alert: Alert, status: DeliveryStatus, at_ms: int) -> None:
        replayed = bool(alert.replay)
        self._state.add(of_delivery(status, at_ms=at_ms, scored_at_ms=alert.scored_at_ms, replayed=replayed))
        self._touch(alert)

    def _touch(self, alert: Alert) -> None:
        self._state.delivery_changes.note((alert.about, alert.destination))
        if alert.ticket_id in self._state.rows:
            self._state.change(alert.ticket_id)

    def of_ticket(self, about: str, destinations: Sequence[str]) -> list[Delivery]:
        """Return the deliveries about a ticket, or an update of an incident, that exist."""
        with self._state.open():
            rows = (self._state.deliveries.get((about, destination)) for destination in destinations)
            return [row.delivery for row in rows if row is not None]

    def of_incident(self, incident: Incident, limit: int) -> list[Delivery]:
        """Return what its newest messages came to, newest first."""
        updates = range(incident.update, max(0, incident.update - limit), -1)
        names = sorted(incident.told)
        return [delivery for n in updates for delivery in self.of_ticket(about_update(incident.id, n), names)]

    def of_tickets(self, records: Sequence[TicketRecord]) -> list[list[Delivery]]:
        """Return the deliveries of each record's alerts."""
        return [
            [delivery for alert in record.alerts for delivery in self.of_ticket(alert.about, [alert.destination])]
            for record in records
        ]

    def find(
        self, *, status: DeliveryStatus | None, limit: int, cursor: str | None, where: DeliveryFilter = ANY_DELIVERY
    ) -> tuple[list[Delivery], str | None]:
        """Return recent deliveries, newest first."""
        with self._state.open():
            before = decode_cursor("deliveries", cursor) if cursor else None
            places = sorted(
                (
                    ((row.delivery.updated_at_ms, row.delivery.id), row.delivery)
                    for row in self._state.deliveries.values()
                    if (status is None or row.delivery.status is status) and where.keeps(row.delivery)
                ),
                key=lambda place: place[0],
                reverse=True,
            )
            left = [place for place in places if before is None or place[0] < before]
            page = left[:limit]
            more = encode_cursor("deliveries", *page[-1][0]) if len(left) > limit else None
            return [delivery for _, delivery in page], more

    def changes(self, since: int | None, limit: int) -> DeliveryChanges:
        """Return what changed after a cursor; without one, nothing but the cursor of now."""
        with self._state.open():
            names, cursor, more = self._state.delivery_changes.newer(since, limit)
            rows = [self._state.deliveries.get(name) for name in names]
            return DeliveryChanges([row.delivery for row in rows if row is not None], cursor, more)


def _answer(verdict: DeliveryVerdict, delivery: Delivery, wait_ms: int = 0) -> DeliveryClaim:
    digest_id = delivery.digest_id or ""
    return DeliveryClaim(verdict, delivery.attempts, math.ceil(wait_ms / 1000), delivery.fallback, digest_id)
