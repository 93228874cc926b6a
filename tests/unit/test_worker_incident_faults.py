"""The worker and incidents when tickets are deleted, the store is away, or a worker dies between two of its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tests.unit.storm_world import STORM, Away, closing, post, say
from tests.unit.worker_world import World
from ticketrouter.domain.alert import IncidentPhase
from ticketrouter.domain.errors import CacheUnavailableError
from ticketrouter.domain.record import Outcome, TicketRecord
from ticketrouter.domain.status import State


def test_a_ticket_that_is_deleted_while_it_is_scored_leaves_nothing_in_its_incident() -> None:
    world = World()
    commit = world.store.commit

    def overtaken(outcomes: Sequence[Outcome]) -> list[TicketRecord | None]:
        world.store.delete("t0")  # between joining and commit
        return commit(outcomes)

    message = world.message("t0", say(world, "my name is Bond, and it is down", STORM))
    world.store.commit = overtaken  # type: ignore[method-assign]
    world.work(message)
    world.store.commit = commit  # type: ignore[method-assign]
    post(world, 15, start=1)

    ((incident,), _) = world.incidents.find(status="", limit=10, cursor=None)
    assert "t0" not in {member.ticket_id for member in world.incidents.members(incident.id, 100)}
    assert (incident.count, [text for text in incident.samples.values() if "Bond" in text]) == (15, [])


def test_a_worker_that_dies_before_it_forgets_a_deleted_ticket_forgets_it_when_the_message_comes_again() -> None:
    world = World(incidents=Away)
    message = world.message("t0", say(world, "my name is Bond, and it is down", STORM))
    commit = world.store.commit

    def overtaken(outcomes: Sequence[Outcome]) -> list[TicketRecord | None]:
        world.store.delete("t0")
        world.incidents.away = True  # type: ignore[attr-defined]
        return commit(outcomes)

    world.store.commit = overtaken  # type: ignore[method-assign]
    assert world.work(message).failed == ["m-t0"]
    world.incidents.away = False  # type: ignore[attr-defined]
    world.store.commit = commit  # type: ignore[method-assign]
    assert world.work(replace(message, receive_count=2)).failed == []
    post(world, 15, start=1)
    ((incident,), _) = world.incidents.find(status="", limit=10, cursor=None)
    assert not any("Bond" in text for text in incident.samples.values())


def test_an_outage_that_ends_an_attempt_while_tickets_are_linked_costs_them_nothing() -> None:
    world = World()
    post(world, 10)
    link, text = world.store.link, say(world, "down once more", STORM)
    message = world.message("t10", text)

    def away(incidents: Mapping[str, str]) -> None:
        if incidents:
            raise CacheUnavailableError("away")

    for _ in range(5):
        world.store.link = away  # type: ignore[method-assign]
        assert world.work(message).store_unavailable
        message = replace(message, receive_count=message.receive_count + 1)
    world.store.link = link  # type: ignore[method-assign]
    assert world.work(message).poisoned == []
    assert world.record("t10").state is State.SCORED


def test_a_destination_that_hears_of_it_late_hears_of_it_though_its_worker_dies() -> None:
    world = World(incidents=Away)
    post(world, 12)
    world.incidents.away = True  # type: ignore[attr-defined]
    post(world, 1, start=12, urgency=0.98)  # the boss's first, who never gets the answer
    world.incidents.away = False  # type: ignore[attr-defined]
    post(world, 1, start=13, urgency=0.98)
    assert set(world.record("t13").suppressed) == {"boss", "oncall"}

    world.clock.advance(61)
    closing(world).run()

    about = [(alert.destination, alert.incident.phase) for alert in world.alerts.sent if alert.incident]
    assert about == [("oncall", IncidentPhase.OPENED), ("boss", IncidentPhase.OPENED)]
