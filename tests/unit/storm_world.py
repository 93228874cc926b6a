"""Tickets that are alike, for the tests of a worker and incidents."""

from __future__ import annotations

from collections.abc import Sequence

from tests import incident_twins as twins
from tests.unit.worker_world import World
from ticketrouter.adapters.memory import MemoryIncidents
from ticketrouter.domain.alert import Alert, IncidentPhase
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.domain.joiner import Joiner
from ticketrouter.domain.score import Score
from ticketrouter.ports import Joined
from ticketrouter.usecases.incidents import Closing

STORM, OTHER = bytes([127, 0, 0, 0]), bytes([0, 127, 0, 0])


def say(world: World, text: str, embedding: bytes, urgency: float = 0.95) -> str:
    """Make a text that scores so."""
    score = Score("Technical", 0.9, False, urgency, "neutral", 0.0, (), "memory-1", embedding=embedding)
    world.scorer.scores[text] = score
    return text


def post(world: World, tickets: int, start: int = 0, embedding: bytes = STORM, urgency: float = 0.95) -> None:
    """Let the worker work through tickets that are alike, in batches of ten."""
    text = say(world, f"it is down, say {embedding!r}", embedding, urgency)
    for at in range(start, start + tickets, 10):
        report = world.work(*(world.message(f"t{n}", text) for n in range(at, min(at + 10, start + tickets))))
        assert report.failed == []


def about_incidents(alerts: Sequence[Alert]) -> list[tuple[IncidentPhase, int, int]]:
    return [(fact.phase, fact.update, fact.count) for alert in alerts if (fact := alert.incident)]


def closing(world: World) -> Closing:
    return twins.closing(world.state, world.alerts, world.incidents)


class Away(MemoryIncidents):
    """Incidents that do not answer while `away`."""

    away = False
    joins = 0

    def join(self, tickets: Sequence[Joiner]) -> list[Joined]:
        joined = super().join(tickets)
        self.joins += 1
        if self.away:  # it has joined, and nobody was told
            raise CacheUnavailableError("away")
        return joined

    def forget(self, ticket_id: str, incident_id: str | None) -> None:
        if self.away:
            raise CacheUnavailableError("away")
        super().forget(ticket_id, incident_id)
