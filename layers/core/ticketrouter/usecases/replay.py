"""Send alerts again, or a test, on behalf of an operator: one try each, whose outcome the operator looks at."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ticketrouter.domain.alert import Alert, trial_alert
from ticketrouter.domain.errors import ConflictError, NotFoundError, QueueUnavailableError
from ticketrouter.domain.listing import DeliveryFilter
from ticketrouter.domain.record import Delivery
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.domain.ticket import TICKET_ID
from ticketrouter.ports import AlertQueue, Clock, Deliveries, Destinations, Randomness

MAX_REPLAY = 200  # deliveries a call: well inside the function's time, and a caller simply calls again
# Source: Amazon SQS developer guide, "Message quotas": a message can be delayed by 15 minutes.
LONGEST_DELAY_S = 900
_FIND_PAGES = 10  # a call looks at 20,000 deliveries at most; the next one goes on from there


class ReplayOutcome(StrEnum):
    """What became of one delivery."""

    QUEUED = "queued"
    NOT_SENT = "not-sent"  # the queue did not take it: nothing has changed
    WOULD_SEND = "would-send"  # dry run


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of each delivery.

    Attributes:
        outcomes: By the delivery's id, in the order in which they go out.
        spread_s: When the last one goes out, counted from now.
        cursor: Of the next call with the same filter; None when nothing is left.
    """

    outcomes: dict[str, ReplayOutcome]
    spread_s: int
    cursor: str | None


class Replay:
    """The operator's replays and tests.

    Args:
        deliveries: What can be replayed.
        destinations: What can be tested.
        alerts: The queue to the dispatcher.
        clock: Time.
        randomness: Tokens of replays and names of tests.
    """

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        destinations: Destinations,
        alerts: AlertQueue,
        clock: Clock,
        randomness: Randomness,
    ) -> None:
        self._deliveries = deliveries
        self._destinations = destinations
        self._alerts = alerts
        self._clock = clock
        self._randomness = randomness

    def delivery(self, delivery_id: str) -> Delivery:
        """Return one delivery.

        Raises:
            NotFoundError: There is no such delivery.
            CacheUnavailableError: The store did not answer.
        """
        about, _, destination = delivery_id.rpartition("~")
        known = TICKET_ID.fullmatch(about.partition("~")[0]) and destination
        found = self._deliveries.of_ticket(about, [destination]) if known else []
        if not found:
            raise NotFoundError("there is no delivery with this id")
        return found[0]

    def one(self, delivery_id: str, *, order: str = "") -> Delivery:
        """Send a finished delivery once more, under the same webhook id; return it as it was.

        Args:
            delivery_id: Which one.
            order: Names what an operator wants; under one name each delivery is sent once more at most. Empty: anew.

        Raises:
            NotFoundError: There is no such delivery.
            ConflictError: It is still pending: the dispatcher is at it anyway.
            QueueUnavailableError: The alert queue did not take it.
            CacheUnavailableError: The store did not answer.
        """
        delivery = self.delivery(delivery_id)
        if delivery.status is DeliveryStatus.PENDING:
            raise ConflictError("this delivery is still pending and will be tried without a replay")
        if self._alerts.send([self._again(delivery, order)]):
            raise QueueUnavailableError("the queue did not take the replay")
        return delivery

    def matching(
        self,
        status: DeliveryStatus,
        where: DeliveryFilter,
        *,
        per_minute: int,
        dry_run: bool,
        cursor: str | None,
        order: str = "",
    ) -> Replayed:
        """Send finished deliveries once more, newest first, spread over time by the queue's delay.

        Args:
            status: A final one.
            where: Which of them.
            per_minute: How many go out in a minute; no more are taken than go out within 15 minutes.
            dry_run: Only tell what would be sent.
            cursor: Of the call before.
            order: As in `one`; all calls that go on with its cursor may have the same.

        Raises:
            InvalidQueryError: The cursor is not one of ours.
            CacheUnavailableError: The store did not answer. Nothing was sent.
        """
        most = min(MAX_REPLAY, LONGEST_DELAY_S * per_minute // 60)
        found: list[Delivery] = []
        for _ in range(_FIND_PAGES):
            page, cursor = self._deliveries.find(status=status, where=where, limit=most - len(found), cursor=cursor)
            found += page
            if cursor is None or len(found) == most:
                break
        delays_s = [position * 60 // per_minute for position in range(len(found))]
        outcomes = {delivery.id: ReplayOutcome.WOULD_SEND for delivery in found}
        if found and not dry_run:
            outcomes = self._queue(found, delays_s, order)
        return Replayed(outcomes, delays_s[-1] if delays_s else 0, cursor)

    def _queue(self, found: Sequence[Delivery], delays_s: Sequence[int], order: str) -> dict[str, ReplayOutcome]:
        unsent = set(self._alerts.send([self._again(delivery, order) for delivery in found], delays_s=delays_s))
        return {
            delivery.id: ReplayOutcome.NOT_SENT if position in unsent else ReplayOutcome.QUEUED
            for position, delivery in enumerate(found)
        }

    def test(self, destination_id: str) -> Alert:
        """Queue a marked test alert for a destination, on the way of every other alert; return it.

        Raises:
            NotFoundError: There is no such destination.
            QueueUnavailableError: The alert queue did not take it.
            MissingSettingError: The destinations cannot be read.
        """
        if destination_id not in (known.id for known in self._destinations.all()):
            raise NotFoundError("there is no destination with this id")
        alert = trial_alert(destination_id, now_ms=self._clock.now_ms(), token=self._randomness.token())
        if self._alerts.send([alert]):
            raise QueueUnavailableError("the queue did not take the test")
        return alert

    def _again(self, delivery: Delivery, order: str) -> Alert:
        """Return the alert with a token that the dispatcher sees once; of one order and delivery it is the same."""
        token = hashlib.sha256(f"{order}\0{delivery.id}".encode()).hexdigest() if order else self._randomness.token()
        return replace(delivery.alert, replay=token)
