"""Tell tickets that are alike as one incident: on the worker's way between scoring and commit, and when it ends.

Whatever goes wrong here, tickets are told singly: an incident spares people messages, it must never cost one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ticketrouter.domain.alert import Alert, IncidentPhase, redacted_excerpt
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.domain.incident import Incident
from ticketrouter.domain.joiner import Joiner, Neighbour
from ticketrouter.domain.record import Outcome
from ticketrouter.domain.urgency import ALERT_THRESHOLD
from ticketrouter.ports import AlertQueue, Clock, Randomness, TicketStore
from ticketrouter.ports.incidents import Embedded, Incidents, Joined, Neighbours, VectorLog

MAX_READS = 60  # of 1,000 vectors; what is more than that at a start is read by the batches that follow
SIMILAR = 5  # of the nearest tickets, kept in the record


@dataclass(frozen=True, slots=True)
class Grouped:
    """What grouping has found of a batch.

    Attributes:
        outcomes: The outcomes, in their order, each with how it is told.
        link: Incident by ticket, of tickets that are in their records without it.
        announced: Messages about incidents that this batch sends.
        opened: Incidents that nobody had heard of before.
        ungrouped: Tickets told singly because the store of incidents did not answer.
    """

    outcomes: list[Outcome]
    link: dict[str, str]
    announced: list[Alert]
    opened: int = 0
    ungrouped: int = 0


class Grouping:
    """The search for incidents.

    Args:
        log: The vectors of the window, of all workers.
        neighbours: The same in this process.
        incidents: Groups.
        randomness: For ids of incidents.
        close_similarity: Cosine from which on two tickets are as good as duplicates.
    """

    def __init__(
        self,
        *,
        log: VectorLog,
        neighbours: Neighbours,
        incidents: Incidents,
        randomness: Randomness,
        close_similarity: float,
    ) -> None:
        self._close_similarity = close_similarity
        self._log = log
        self._neighbours = neighbours
        self._incidents = incidents
        self._randomness = randomness
        self._cursor: dict[str, str] = {}  # by model: a breaker may put the word list in for it and take it out again

    def group(self, outcomes: Sequence[Outcome]) -> Grouped:
        """Decide how each ticket is told; its alerts are the single ones until here."""
        known = [outcome for outcome in outcomes if outcome.score.embedding]
        if not known:
            return Grouped(list(outcomes), {}, [])
        try:
            near = self._near(known)
            joined = self._incidents.join([self._joiner(one, found) for one, found in zip(known, near, strict=True)])
        except CacheUnavailableError:
            return Grouped(list(outcomes), {}, [], ungrouped=len(known))
        told = {
            outcome.item.ticket.ticket_id: _told(outcome, one, found)
            for outcome, one, found in zip(known, joined, near, strict=True)
        }
        link = {member.ticket_id: one.incident.id for one in joined for member in one.link}
        grouped = [told.get(outcome.item.ticket.ticket_id, outcome) for outcome in outcomes]
        announced = [alert for outcome in told.values() for alert in outcome.alerts if alert.incident is not None]
        return Grouped(grouped, link, announced, opened=sum(map(_opens, joined)))

    def sent(self, alerts: Sequence[Alert]) -> None:
        """Note that these are queued, so that nobody sends them once more; best effort."""
        try:
            _confirm(self._incidents, alerts)
        except CacheUnavailableError:
            return  # the reconciler sends it again, and its delivery is known by incident and update

    def forget(self, ticket_id: str, incident_id: str | None) -> None:
        """Take back a ticket that was deleted while it was scored. May raise CacheUnavailableError."""
        self._incidents.forget(ticket_id, incident_id)

    def _near(self, outcomes: Sequence[Outcome]) -> list[list[Neighbour]]:
        """Put the vectors down first, then look: of two workers at once, one at least sees the other's."""
        own = [Embedded(one.item.ticket.ticket_id, one.score.embedding) for one in outcomes]
        model = outcomes[0].score.model_version
        for read in range(MAX_READS):
            found, self._cursor[model], more = self._log.exchange(
                () if read else own, model_version=model, since=self._cursor.get(model, "")
            )
            self._neighbours.update(found)
            if not more:
                break
        near = self._neighbours.nearest([one.vector for one in own])
        return [
            [neighbour for neighbour in found if neighbour.ticket_id != one.ticket_id]
            for one, found in zip(own, near, strict=True)
        ]

    def _joiner(self, outcome: Outcome, neighbours: Sequence[Neighbour]) -> Joiner:
        score, ticket = outcome.score, outcome.item.ticket
        return Joiner(
            ticket_id=ticket.ticket_id,
            group_id=f"inc_{self._randomness.token()}",
            category=score.category,
            urgency_score=score.urgency_score,
            urgent=score.urgency_score > ALERT_THRESHOLD,
            accepted_at_ms=outcome.item.accepted_at_ms,
            excerpt=redacted_excerpt(ticket.description),
            destinations=tuple(alert.destination for alert in outcome.alerts),
            neighbours=tuple(neighbours),
            close=sum(one.similarity >= self._close_similarity for one in neighbours),
        )


class Singly(Grouping):
    """Tells every ticket singly, reads and writes nothing: for rates at which the window is too much for its slot."""

    def __init__(self) -> None:
        """Need nothing."""

    def group(self, outcomes: Sequence[Outcome]) -> Grouped:
        """Leave the single alerts as they are."""
        return Grouped(list(outcomes), {}, [])

    def sent(self, alerts: Sequence[Alert]) -> None:
        """Note nothing: no alert is about an incident."""

    def forget(self, ticket_id: str, incident_id: str | None) -> None:
        """Forget nothing: no ticket is in a window."""


def _opens(joined: Joined) -> bool:
    """Tell whether this is its first message, not one for a destination that hears of it after others."""
    told = {name for name, update in joined.incident.told.items() if update}
    return joined.verdict.phase is IncidentPhase.OPENED and told == set(joined.verdict.announce)


def _told(outcome: Outcome, joined: Joined, neighbours: Sequence[Neighbour]) -> Outcome:
    """Return the outcome with its single alerts, and those about the incident in place of the others."""
    verdict, incident = joined.verdict, joined.incident
    instead = {*verdict.announce, *verdict.suppressed}
    alerts = [alert for alert in outcome.alerts if alert.destination not in instead]
    own = [alert.destination for alert in outcome.alerts]  # in the order of the document
    if verdict.phase is not None:
        facts = incident.facts(verdict.phase, verdict.update)
        alerts += [
            Alert(
                ticket_id=outcome.item.ticket.ticket_id,
                destination=destination,
                category=incident.category,
                urgency_score=outcome.score.urgency_score,
                subject="",
                excerpt="",
                customer="",
                reasons=(),
                accepted_at_ms=outcome.item.accepted_at_ms,
                scored_at_ms=outcome.scored_at_ms,
                incident=facts,
            )
            for destination in sorted(verdict.announce, key=lambda name: own.index(name) if name in own else len(own))
        ]
    return replace(
        outcome,
        alerts=tuple(alerts),
        suppressed=tuple(name for name in own if name in verdict.suppressed),
        incident_id=incident.id if incident.formed else None,
        similar=tuple((one.ticket_id, one.similarity) for one in neighbours[:SIMILAR]),
    )


class Closing:
    """What incidents need each minute: the end of what is quiet, messages that are due, and that open ones are found.

    Args:
        incidents: Groups.
        log: The vectors of the window.
        store: Where the vectors of older tickets are.
        alerts: Queue to the dispatcher.
        clock: Time.
        quiet_s: After how long without a further ticket an incident is closed.
    """

    def __init__(
        self,
        *,
        incidents: Incidents,
        log: VectorLog,
        store: TicketStore,
        alerts: AlertQueue,
        clock: Clock,
        quiet_s: int,
    ) -> None:
        self._incidents = incidents
        self._log = log
        self._store = store
        self._alerts = alerts
        self._clock = clock
        self._quiet_ms = quiet_s * 1_000

    def run(self) -> list[Incident]:
        """Send what is due; return the incidents whose message is queued now.

        Whatever is not known to be queued is due again in a minute; it is delivered once, by incident and update.
        """
        try:
            due = self._incidents.due(quiet_ms=self._quiet_ms)
            messages = [alert for incident in due for alert in _messages_about(incident, self._clock.now_ms())]
            lost = set(self._alerts.send(messages)) if messages else set()
            _confirm(self._incidents, [alert for at, alert in enumerate(messages) if at not in lost])
        except CacheUnavailableError:
            return []
        with contextlib.suppress(CacheUnavailableError):  # the next minute is early enough
            self._keep_open_ones()
        unsent = {messages[at].ticket_id for at in lost}
        return [incident for incident in due if incident.id not in unsent]

    def _keep_open_ones(self) -> None:
        """Put vectors of open incidents down again before they lapse, so that a ticket after a pause finds its own."""
        for incident_id, tickets in self._incidents.fading().items():
            vectors: dict[str, list[Embedded]] = {}
            for record in self._store.get_many(tickets):
                if record is not None and record.score is not None and record.score.embedding:
                    one = Embedded(record.item.ticket.ticket_id, record.score.embedding)
                    vectors.setdefault(record.score.model_version, []).append(one)
            for model, found in vectors.items():  # vectors first: what stands without one only makes a group larger
                self._log.put(found, model_version=model)
            standing = [one.ticket_id for found in vectors.values() for one in found]
            forgotten = self._incidents.stand(incident_id, standing) if standing else []
            self._log.put([Embedded(ticket_id, b"") for ticket_id in forgotten], model_version="")  # deleted meanwhile


def _confirm(incidents: Incidents, alerts: Sequence[Alert]) -> None:
    """Note which messages about incidents are queued, and for whom."""
    queued: dict[tuple[str, int], list[str]] = {}
    for alert in alerts:
        if alert.incident is not None:
            queued.setdefault((alert.incident.incident_id, alert.incident.update), []).append(alert.destination)
    for (incident_id, update), destinations in sorted(queued.items()):
        incidents.confirm(incident_id, update, destinations)


def _messages_about(incident: Incident, now_ms: int) -> list[Alert]:
    """Return the message that an incident owes, for each destination that it owes one."""

    def phase(destination: str) -> IncidentPhase:
        if incident.status.is_over:
            return IncidentPhase.CLOSED
        return IncidentPhase.GROWN if incident.confirmed.get(destination) else IncidentPhase.OPENED

    return [
        Alert(
            ticket_id=incident.id,
            destination=destination,
            category=incident.category,
            urgency_score=incident.top_urgency,
            subject="",
            excerpt="",
            customer="",
            reasons=(),
            accepted_at_ms=incident.first_seen_ms,
            scored_at_ms=now_ms,
            incident=incident.facts(phase(destination), update),
        )
        for destination, update in sorted(incident.owed.items())
    ]
