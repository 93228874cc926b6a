"""Records of deliveries: lease, token and compare-and-set, so that a late dispatcher overwrites nothing newer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ticketrouter.adapters.redis_store import encoding, keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient, call
from ticketrouter.adapters.redis_store.newer import newer
from ticketrouter.adapters.redis_store.projections import CHANGES_KEPT, Projections, counted
from ticketrouter.adapters.redis_store.walk import Place, walk
from ticketrouter.domain.alert import Alert, IncidentFacts, about_update
from ticketrouter.domain.incident import Incident
from ticketrouter.domain.listing import ANY_DELIVERY, DeliveryFilter
from ticketrouter.domain.record import Attempt, Delivery, TicketRecord
from ticketrouter.domain.stats import of_delivery
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import DeliveryChanges, DeliveryClaim, DeliveryVerdict, Turn

LOG_LENGTH = 10
LISTED = 100_000  # the newest; older ones are still found through their tickets


class RedisDeliveries:
    """Records of deliveries, one per ticket and destination.

    Args:
        client: The way to Redis.
        record_ttl_s: How long a delivery's record is kept.
        changes_kept: How many changes are kept.
    """

    def __init__(
        self, client: RedisClient, *, record_ttl_s: int = 30 * 86_400, changes_kept: int = CHANGES_KEPT
    ) -> None:
        self._client = client
        self._record_ttl_ms = record_ttl_s * 1000
        self._projections = Projections(record_ttl_s=record_ttl_s, changes_kept=changes_kept)

    def claim(self, alert: Alert, *, token: str, lease_ms: int) -> DeliveryClaim:
        """Take the lease on this delivery; makes the record if it is missing."""
        body, ttl_ms = encoding.encode_alert(alert), self._record_ttl_ms
        ((verdict, attempts, wait_ms, opened, fallback, digest_id),) = self._client.run(
            [
                call(
                    "deliver_claim", _own(alert),
                    token, lease_ms, body, alert.epoch, alert.replay, ttl_ms, alert.destination,
                )
            ]
        )  # fmt: skip
        if opened:
            self._client.run([pending(alert), _listed(alert), self._projections.touched(alert.ticket_id)])
        return DeliveryClaim(
            DeliveryVerdict(verdict.decode()),
            int(attempts),
            math.ceil(wait_ms / 1000),
            fallback.decode(),
            digest_id.decode(),
        )

    def record(
        self,
        alert: Alert,
        attempt: Attempt,
        status: DeliveryStatus,
        *,
        token: str,
        retry_in_ms: int | None,
    ) -> bool:
        """Write the outcome of a try and end the lease; False if the lease is no longer ours (nothing is written)."""
        retry = "" if retry_in_ms is None else retry_in_ms
        line = encoding.encode_attempt(attempt)
        (written,) = self._client.run(
            [call("deliver_record", _own(alert)[:1], token, line, status.value, retry, LOG_LENGTH)]
        )
        if written:
            self._client.run(self._ended(alert, status, attempt.at_ms))
        return bool(written)

    def postpone(self, alert: Alert, *, token: str, in_ms: int) -> bool:
        """End the lease without a try, and allow the next one later; not told to lists, for nothing has happened."""
        (written,) = self._client.run([call("deliver_postpone", _own(alert)[:1], token, in_ms)])
        return bool(written)

    def note_fallback(self, alert: Alert, destination: str) -> None:
        """Note that another destination was told, too."""
        note = call("deliver_note", _own(alert)[:1], "fallback", destination)
        self._client.run([note, _listed(alert), self._projections.touched(alert.ticket_id)])

    def hold(self, alert: Alert, *, token: str, digest_id: str, wait_ms: int | None) -> bool:
        """Leave the alert to a digest and end the lease; see the port."""
        status = DeliveryStatus.SUPPRESSED if wait_ms is None else DeliveryStatus.PENDING
        wait = "" if wait_ms is None else wait_ms
        ((written, at_ms),) = self._client.run(
            [call("deliver_hold", _own(alert)[:1], token, status.value, digest_id, wait)]
        )
        if written:
            self._client.run(self._ended(alert, status, at_ms))
        return bool(written)

    def close(self, alert: Alert, status: DeliveryStatus) -> bool:
        """Give a pending delivery its final status without a try; False if it was final already."""
        body, ttl_ms = encoding.encode_alert(alert), self._record_ttl_ms
        ((closed, at_ms),) = self._client.run(
            [call("deliver_close", _own(alert), status.value, body, alert.epoch, ttl_ms, alert.destination)]
        )
        if closed:
            self._client.run(self._ended(alert, status, at_ms))
        return bool(closed)

    def take_turn(self, incident: IncidentFacts, destination: str, *, token: str, lease_ms: int) -> Turn:
        """Ask whether a message about an incident may go out; see the port."""
        own = [keys.turn_key(incident.incident_id, destination)]
        (turn,) = self._client.run([call("turn_take", own, token, lease_ms, incident.update, self._record_ttl_ms)])
        return Turn(turn.decode())

    def end_turn(self, incident: IncidentFacts, destination: str, *, token: str, told: bool) -> None:
        """Let others go."""
        own = [keys.turn_key(incident.incident_id, destination)]
        self._client.run([call("turn_end", own, token, incident.update if told else 0, self._record_ttl_ms)])

    def tell_instead(self, incident: IncidentFacts, destination: str, *, fallback: str, token: str) -> Turn:
        """Note that a fallback is told of an incident, too; see the port."""
        own = [keys.turn_key(incident.incident_id, destination)]
        (turn,) = self._client.run([call("turn_instead", own, token, incident.update, fallback, self._record_ttl_ms)])
        return Turn(turn.decode())

    def told_instead(self, incident: IncidentFacts, destination: str) -> str:
        """Return the fallback that was told of an incident in this one's place; empty for none."""
        (told,) = self._client.run([("HGET", keys.turn_key(incident.incident_id, destination), "fallback")])
        return (told or b"").decode()

    def _ended(self, alert: Alert, status: DeliveryStatus, at_ms: int) -> list[Command]:
        """Return what lists and figures show of a try."""
        tally = of_delivery(status, at_ms=at_ms, scored_at_ms=alert.scored_at_ms, replayed=bool(alert.replay))
        place = pending(alert) if status is DeliveryStatus.PENDING else ended(alert)
        return [place, _listed(alert), self._projections.touched(alert.ticket_id), *counted([tally])]

    def of_ticket(self, about: str, destinations: Sequence[str]) -> list[Delivery]:
        """Return the deliveries about a ticket, or an update of an incident, that exist."""
        replies = self._client.run([_read(about, destination) for destination in destinations])
        return [delivery for delivery in map(encoding.decode_delivery, replies) if delivery is not None]

    def of_incident(self, incident: Incident, limit: int) -> list[Delivery]:
        """Return what its newest messages came to, newest first: one command for each message and destination."""
        updates = range(incident.update, max(0, incident.update - limit), -1)
        names = sorted(incident.told)
        replies = self._client.run([_read(about_update(incident.id, n), name) for n in updates for name in names])
        return [delivery for delivery in map(encoding.decode_delivery, replies) if delivery is not None]

    def of_tickets(self, records: Sequence[TicketRecord]) -> list[list[Delivery]]:
        """Return the deliveries of each record's alerts, in one round trip."""
        commands = [_read(alert.about, alert.destination) for record in records for alert in record.alerts]
        replies = iter(self._client.run(commands))
        found = [[encoding.decode_delivery(next(replies)) for _ in record.alerts] for record in records]
        return [[delivery for delivery in deliveries if delivery is not None] for deliveries in found]

    def find(
        self, *, status: DeliveryStatus | None, limit: int, cursor: str | None, where: DeliveryFilter = ANY_DELIVERY
    ) -> tuple[list[Delivery], str | None]:
        """Return recent deliveries, newest first, and the cursor of the next page."""
        return walk(
            self._client,
            keys.DELIVERIES,
            order="deliveries",
            read=_read_place,
            decode=encoding.decode_delivery,
            keeps=lambda delivery: (status is None or delivery.status is status) and where.keeps(delivery),
            limit=limit,
            cursor=cursor,
            # A place in the list is written a moment after the record, so it may lie later, and never earlier.
            bounds=(where.since_ms or 0, 1 << 53),
        )

    def changes(self, since: int | None, limit: int) -> DeliveryChanges:
        """Return what changed after a cursor, a time in ms; without one, nothing but the cursor of now.

        Costs one command, and one for each delivery that changed, in a second round trip.
        """
        found = newer(self._client, keys.DELIVERIES, since, limit)
        replies = self._client.run([_read_place((0, member)) for member in found.members])
        deliveries = [delivery for delivery in map(encoding.decode_delivery, replies) if delivery is not None]
        return DeliveryChanges(deliveries, found.until_ms, found.more)


def pending(alert: Alert) -> Command:
    """List an alert among those that are neither delivered nor given up."""
    return call("stamp", [keys.PENDING], _place(alert), 0, "", LISTED)


def ended(alert: Alert) -> Command:
    """Take an alert off that list."""
    return ("ZREM", keys.PENDING, _place(alert))


def _place(alert: Alert) -> str:
    return f"{alert.about}~{alert.destination}"


def _own(alert: Alert) -> list[str]:
    """Return the keys that a script about a delivery touches, all of one hash tag."""
    about = alert.about  # an incident has no tombstone: the message about it outlives each of its tickets
    return [keys.delivery_key(about, alert.destination), keys.destinations_key(about), keys.ticket_key(about)]


def _listed(alert: Alert) -> Command:
    return call("stamp", [keys.DELIVERIES], _place(alert), 0, "", LISTED)


def _read(about: str, destination: str) -> Command:
    return ("HMGET", keys.delivery_key(about, destination), *encoding.DELIVERY_FIELDS)


def _read_place(place: Place) -> Command:
    about, _, destination = place[1].rpartition("~")
    return _read(about, destination)
