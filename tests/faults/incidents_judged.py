"""Whether everybody was told of incidents what README and docs/incidents.md promise."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.faults.harness.crashes import Crashes
from tests.faults.harness.dispatchers import Fleet
from ticketrouter.domain.alert import Destination, about_update
from ticketrouter.domain.incident import STEPS, Incident, IncidentStatus
from ticketrouter.domain.record import Delivery, TicketRecord
from ticketrouter.domain.score import Score
from ticketrouter.domain.status import DeliveryStatus, State

Accepted = tuple[float, dict[str, Any]]  # when, and the body


@dataclass
class Judgement:
    """Looks at what receivers accepted, and compares it with the records.

    Args:
        fleet: Dispatchers and their records; it is watched from now on.
        incidents: The incidents.
        store: The tickets.
        scores: What the model says of each ticket.
        destinations: Who wants which.
        deleted: Tickets that were deleted.
        crashes: What went wrong on purpose.
    """

    fleet: Fleet
    incidents: Any
    store: Any
    scores: Mapping[str, Score]
    destinations: Sequence[Destination]
    deleted: set[str]
    crashes: Crashes
    accepted: defaultdict[str, list[Accepted]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        send = self.fleet.sender.send

        def watched(url: str, headers: Mapping[str, str], body: bytes) -> Any:
            reply = send(url, headers, body)
            self.accepted[url.rpartition("/")[2]].append((self.fleet.time.monotonic_ms(), json.loads(body)))
            return reply

        self.fleet.sender.send = watched  # type: ignore[method-assign]

    def broken(self) -> Iterator[str]:
        """Say what does not hold, a sentence each."""
        for ticket_id, score in self.scores.items():
            if ticket_id not in self.deleted:
                yield from self._of_ticket(ticket_id, score)
        for incident in self._all():
            yield from self._of_incident(incident)
        for (about, destination), row in self.fleet.state.deliveries.items():
            if row.delivery.status is DeliveryStatus.PENDING:
                yield f"{about} is pending at {destination} for ever"
        for destination, bodies in self.accepted.items():
            yield from self._doubles(destination, bodies)
        if self.fleet.dead_letters:
            yield f"{len(self.fleet.dead_letters)} dead letters"

    def figures(self) -> dict[str, int]:
        """Return what a report shows."""
        incidents = self._all()
        records = [self.store.get(ticket_id) for ticket_id in self.scores]
        alerts = [alert for record in records if record is not None for alert in record.alerts]
        accepted = [body for bodies in self.accepted.values() for _, body in bodies]
        return {
            "incidents": len(incidents),
            "urgent": sum(score.urgency_score > 0.8 for score in self.scores.values()),
            "told_singly": sum(alert.incident is None for alert in alerts),
            "told_by_an_incident": sum(len(record.suppressed) for record in records if record is not None),
            "messages_about_incidents": sum("incident_id" in body for body in accepted),
            "given_up": sum(record is not None and record.state is State.FAILED for record in records),
            "left_open": sum(not incident.status.is_over for incident in incidents),
        }

    def _all(self) -> list[Incident]:
        found: list[Incident] = self.incidents.find(status="", limit=10_000, cursor=None)[0]
        return found

    def _of_ticket(self, ticket_id: str, score: Score) -> Iterator[str]:
        record: TicketRecord | None = self.store.get(ticket_id)
        if record is None or not record.state.is_final:
            yield f"{ticket_id} is {record and record.state}"
            return
        if record.state is State.FAILED:
            return  # three workers died over it: it is among the dead letters, for an operator
        singly = {alert.destination for alert in record.alerts if alert.incident is None}
        carried = {alert.destination for alert in record.alerts if alert.incident is not None}
        for destination in (one.id for one in self.destinations if one.wants(score)):
            if destination in singly:
                if not self._is_told(self._delivery(ticket_id, destination)):
                    yield f"{ticket_id} was told nobody at {destination}"
            elif destination in carried or destination in record.suppressed:
                incident = self.incidents.get(record.incident_id or "")
                if incident is None or not (incident.muted or self._heard_of(incident, destination)):
                    yield f"{ticket_id} was left to {record.incident_id}, of which {destination} never heard"
            else:
                yield f"{ticket_id} was forgotten for {destination}"

    def _heard_of(self, incident: Incident, destination: str) -> bool:
        deliveries = (self._delivery(about_update(incident.id, n), destination) for n in range(1, incident.update + 1))
        return any(self._is_told(delivery) for delivery in deliveries)

    def _is_told(self, delivery: Delivery | None) -> bool:
        """Tell whether a delivery, its digest, or the one to its fallback, ended in an acceptance."""
        if delivery is None:
            return False
        alert = delivery.alert
        if delivery.status is DeliveryStatus.DELIVERED:
            return any(body["id"] == alert.webhook_id for _, body in self.accepted[alert.destination])
        if delivery.status is DeliveryStatus.SUPPRESSED and delivery.digest_id and alert.digest is None:
            return self._is_told(self._delivery(delivery.digest_id, alert.destination))
        if delivery.status is DeliveryStatus.EXHAUSTED and delivery.fallback:
            return self._is_told(self._delivery(alert.about, delivery.fallback))
        return False

    def _of_incident(self, incident: Incident) -> Iterator[str]:
        if not incident.status.is_over:
            yield f"{incident.id} is {incident.status} for ever"
        passed = [step for step in (*STEPS, *range(1_000, 10_000, 500)) if step <= incident.urgent_count]
        if incident.update > 2 + len(passed):
            yield f"{incident.id} has {incident.update} messages for {incident.urgent_count} urgent tickets"
        for destination, bodies in self.accepted.items():
            about = [body for _, body in bodies if body.get("incident_id") == incident.id]
            yield from self._of_messages(incident, destination, about)

    def _of_messages(self, incident: Incident, destination: str, bodies: Sequence[dict[str, Any]]) -> Iterator[str]:
        where = f"{incident.id} at {destination}: {[(body['type'], body['update']) for body in bodies]}"
        numbers = [body["update"] for body in bodies]
        late = [after for before, after in pairwise(numbers) if after < before]
        if late:
            yield f"{where}: {late} came after newer ones"
        closed = [body for body in bodies if body["type"] == "incident.closed"]
        if closed and closed[-1]["urgent_count"] != incident.urgent_count:
            yield f"{where}: closed with {closed[-1]['urgent_count']} of {incident.urgent_count} urgent tickets"
        if bodies and not closed and not incident.muted and incident.status is not IncidentStatus.OPEN:
            yield f"{where}: it is {incident.status}, and that was never told"

    def _doubles(self, destination: str, bodies: Sequence[Accepted]) -> Iterator[str]:
        counts: defaultdict[str, int] = defaultdict(int)
        for _, body in bodies:
            counts[body["id"]] += 1
        for webhook_id, count in counts.items():
            if count > 1 + self.crashes.unrecorded[webhook_id]:
                yield f"{destination} was told {webhook_id} {count} times"

    def _delivery(self, about: str, destination: str) -> Delivery | None:
        return next(iter(self.fleet.deliveries.of_ticket(about, [destination])), None)
