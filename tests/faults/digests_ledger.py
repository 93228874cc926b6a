"""What alert budgets decided, what was sent and who accepted it, as written down outside of all crashes; and whether
that is what the README promises."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.harness.dispatchers import Fleet
from ticketrouter.domain.alert import Alert
from ticketrouter.domain.digest import BUDGET_WINDOW_MS, FIRST_GAP_MS, MAX_GAP_MS, MAX_LINES, DigestFacts
from ticketrouter.domain.record import Delivery
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import Held

MINUTE_MS = 60_000  # the reconciler's schedule
LONGEST_WAIT_S = (MAX_GAP_MS + MINUTE_MS) / 1_000  # for a digest, while the reconciler lives
Place = tuple[str, str]  # what an alert is about, and its destination


@dataclass
class Ledger:
    """What happened.

    Attributes:
        paid_ms: When each destination's budget let an alert out, in Unix time.
        held_ms: By alert, when it was held back first.
        digest_of: By alert, the digests that it was put into.
        queued: By destination, its digests by name.
        accepted: Bodies that were accepted, by destination and webhook id.
        replayed: Alerts that an operator had sent again.
        deleted: Tickets that were deleted.
        failed_runs_ms: When the reconciler died, or the store did not answer it.
    """

    paid_ms: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    held_ms: dict[Place, int] = field(default_factory=dict)
    digest_of: defaultdict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))
    queued: defaultdict[str, dict[str, DigestFacts]] = field(default_factory=lambda: defaultdict(dict))
    accepted: defaultdict[str, defaultdict[str, list[Any]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    replayed: set[Place] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    failed_runs_ms: list[int] = field(default_factory=list)

    def watch(self, fleet: Fleet) -> None:
        """Write down from now on what happens, behind every place at which a process may die."""
        self._watch_budgets(fleet)
        self._watch_receivers(fleet)

    def _watch_budgets(self, fleet: Fleet) -> None:
        spend, asked = fleet.budgets.spend, set()

        def watched(alert: Alert, limit: int) -> Held | None:
            held: Held | None = spend(alert, limit)
            place, now_ms = (alert.about, alert.destination), fleet.time.now_ms()
            if held is not None:
                self.held_ms.setdefault(place, now_ms)
                self.digest_of[place].add(held.digest_id)
            elif place not in asked:
                self.paid_ms[alert.destination].append(now_ms)
            asked.add(place)
            return held

        fleet.budgets.spend = watched

    def _watch_receivers(self, fleet: Fleet) -> None:
        send = fleet.sender.send

        def watched(url: str, headers: Mapping[str, str], body: bytes) -> Any:
            reply = send(url, headers, body)
            self.accepted[url.rpartition("/")[2]][headers["webhook-id"]].append(json.loads(body))
            return reply

        fleet.sender.send = watched  # type: ignore[method-assign]

    def note_digests(self, alerts: Iterable[Alert]) -> None:
        """Write down which digests are on the queue."""
        for alert in alerts:
            if alert.digest is not None:
                self.queued[alert.destination].setdefault(alert.ticket_id, alert.digest)


@dataclass(frozen=True)
class Judgement:
    """Whether what happened is what is promised.

    Args:
        ledger: What happened.
        fleet: The records.
        sent: All alerts but digests.
        unrecorded: By webhook id, acceptances that nobody wrote down.
    """

    ledger: Ledger
    fleet: Fleet
    sent: list[Alert]
    unrecorded: Counter[str]

    def broken(self) -> Iterator[str]:
        """Say what does not hold, a sentence each."""
        for alert in self.sent:
            if alert.ticket_id not in self.ledger.deleted:
                yield from self._of_alert(alert)
        yield from (f"{place} is in {len(ids)} digests" for place, ids in self.ledger.digest_of.items() if len(ids) > 1)
        for (about, destination), delivery in self._deliveries():
            if delivery.status is DeliveryStatus.PENDING:
                yield f"{about} is pending at {destination} for ever"
        yield from self._doubles()
        for destination in self.ledger.queued:
            yield from self._of_digests(destination)
        for destination, times in self.ledger.paid_ms.items():
            yield from self._of_budget(destination, times)

    def told_singly(self, alert: Alert) -> int:
        """Return how often the alert itself was accepted."""
        return len(self.ledger.accepted[alert.destination][alert.webhook_id])

    def told_in_digest(self, alert: Alert) -> bool:
        """Tell whether a digest that holds the alert was accepted, by its fallback at least."""
        place = (alert.about, alert.destination)
        digests = [self._delivery(digest, alert.destination) for digest in self.ledger.digest_of.get(place, ())]
        return any(delivery is not None and self._is_told(delivery) for delivery in digests)

    def _of_alert(self, alert: Alert) -> Iterator[str]:
        place = (alert.about, alert.destination)
        singly = self.told_singly(alert)
        delivery = self._delivery(*place)
        if delivery is None:
            yield f"{place} was forgotten: it has no record"
        elif not self.told_in_digest(alert) and not self._is_told(delivery):
            yield f"{place} was forgotten: {delivery.status}, in {self.ledger.digest_of.get(place)}"
        once_more = self.unrecorded[alert.webhook_id] or place in self.ledger.replayed
        if singly and place in self.ledger.digest_of and not once_more:
            yield f"{place} was told singly and in a digest"

    def _is_told(self, delivery: Delivery) -> bool:
        """Tell whether a delivery, or the one to its fallback, ended in an acceptance, and the records say so."""
        alert = delivery.alert
        if delivery.status is DeliveryStatus.DELIVERED:
            return self.told_singly(alert) > 0
        if delivery.status is DeliveryStatus.SUPPRESSED:
            return alert.digest is None and self.told_in_digest(alert)
        if delivery.status is DeliveryStatus.EXHAUSTED and (alert.about, alert.destination) in self.ledger.replayed:
            return True  # the operator's one try failed in front of him, and it had ended before
        if not delivery.fallback:
            return False
        other = self._delivery(alert.about, delivery.fallback)
        return delivery.status is DeliveryStatus.EXHAUSTED and other is not None and self._is_told(other)

    def _doubles(self) -> Iterator[str]:
        replayed = {alert.webhook_id for alert in self.sent if (alert.about, alert.destination) in self.ledger.replayed}
        for destination, by_id in self.ledger.accepted.items():
            for webhook_id, bodies in by_id.items():
                if len(bodies) > 1 + self.unrecorded[webhook_id] and webhook_id not in replayed:
                    yield f"{destination} was told {webhook_id} {len(bodies)} times"

    def _of_digests(self, destination: str) -> Iterator[str]:
        members: defaultdict[str, list[str]] = defaultdict(list)
        for (about, to), names in self.ledger.digest_of.items():
            for name in names if to == destination else ():
                members[name].append(about)
        before: DigestFacts | None = None
        for facts in sorted(self.ledger.queued[destination].values(), key=lambda one: one.since_ms):
            held = members.pop(facts.digest_id, [])
            still_there = sum(about not in self.ledger.deleted for about in held)
            counts = facts.count and still_there <= facts.count <= len(held)
            if not counts or len(facts.lines) > min(facts.count, MAX_LINES):
                yield f"{facts.digest_id} tells {facts.count} alerts in {len(facts.lines)} lines, and holds {len(held)}"
            promised_ms = facts.since_ms
            if before is not None:
                promised_ms = max(facts.since_ms, before.next_at_ms)
                if facts.until_ms < before.until_ms + FIRST_GAP_MS:
                    yield f"{facts.digest_id} follows within {facts.until_ms - before.until_ms} ms"
            if facts.until_ms > promised_ms + MINUTE_MS * (1 + self._failed_runs(promised_ms, facts.until_ms)):
                yield f"{facts.digest_id} was due at {promised_ms} and closed at {facts.until_ms}"
            before = facts
        for name, held in members.items():
            if not self.ledger.deleted.issuperset(held):
                yield f"{name} holds {len(held)} alerts and was never queued"

    def _failed_runs(self, since_ms: int, until_ms: int) -> int:
        return sum(since_ms <= at_ms <= until_ms for at_ms in self.ledger.failed_runs_ms)

    def _of_budget(self, destination: str, times: list[int]) -> Iterator[str]:
        (limit,) = (one.hourly_budget for one in self.fleet.destinations if one.id == destination)
        assert limit is not None
        for at, begin_ms in enumerate(times[:-limit]):
            if times[at + limit] < begin_ms + BUDGET_WINDOW_MS:
                yield f"{destination} was sent more than {limit} messages in the hour from {begin_ms}"

    def longest_wait_s(self) -> float:
        """Return how long an alert was held back until its digest was closed, at most."""
        closed = {name: facts.until_ms for by_id in self.ledger.queued.values() for name, facts in by_id.items()}
        waits = [
            closed[name] - self.ledger.held_ms[place]
            for place, names in self.ledger.digest_of.items()
            for name in names
            if name in closed
        ]
        return max(waits, default=0) / 1_000

    def _delivery(self, about: str, destination: str) -> Delivery | None:
        return next(iter(self.fleet.deliveries.of_ticket(about, [destination])), None)

    def _deliveries(self) -> Iterator[tuple[Place, Delivery]]:
        return ((place, row.delivery) for place, row in self.fleet.state.deliveries.items())
