"""An incident that pauses: as long as it is open, its tickets find it; what is none, or is over, they do not find."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.incident_twins import grouping
from tests.unit.storm_world import STORM, about_incidents, closing, post
from tests.unit.worker_world import World
from ticketrouter.adapters.similarity import MatrixNeighbours
from ticketrouter.domain.alert import IncidentPhase
from ticketrouter.domain.incident import STANDING, Incident, IncidentAction
from ticketrouter.domain.record import TicketRecord


def matrix() -> MatrixNeighbours:
    return MatrixNeighbours(similarity=0.4, window_s=300)


def pausing_world() -> World:
    return World(neighbours=matrix())  # the twin's own have no window to leave


def pause(world: World, minutes: int) -> None:
    """Let time pass, with the reconciler's run each minute."""
    for _ in range(minutes):
        world.clock.advance(60)
        closing(world).run()


def incidents(world: World) -> list[Incident]:
    return world.incidents.find(status="", limit=100, cursor=None)[0]


def singly(world: World) -> list[str]:
    return [alert.ticket_id for alert in world.alerts.sent if alert.incident is None]


def turned(degrees: float) -> bytes:
    """Return the storm's vector, turned."""
    angle = math.radians(degrees)
    return bytes(round(127 * part) % 256 for part in (math.cos(angle), math.sin(angle), 0.0, 0.0))


def test_a_storm_that_pauses_for_longer_than_the_window_stays_one_incident() -> None:
    world = pausing_world()
    post(world, 12)
    pause(world, 6)
    post(world, 12, start=12)

    assert [incident.count for incident in incidents(world)] == [24]
    assert singly(world) == [f"t{n}" for n in range(10)], "no second round"
    assert about_incidents(world.alerts.sent) == [(IncidentPhase.OPENED, 1, 11), (IncidentPhase.GROWN, 2, 20)]


def test_an_incident_that_goes_on_a_ticket_at_a_time_is_joined_for_hours() -> None:
    world = pausing_world()
    post(world, 12)
    for n in range(12, 30):
        pause(world, 14)
        post(world, 1, start=n)

    assert [incident.count for incident in incidents(world)] == [30]
    assert len(singly(world)) == 10


def test_a_worker_that_starts_during_the_pause_finds_the_incident() -> None:
    world = pausing_world()
    post(world, 12)
    pause(world, 10)
    world.worker._grouping = grouping(world.state, world.incidents, matrix())
    post(world, 1, start=12)
    assert world.record("t12").suppressed == ("oncall",)


def test_up_to_the_limit_a_group_forgets_by_the_window() -> None:
    world = pausing_world()
    post(world, 9)
    pause(world, 6)
    post(world, 9, start=9)
    assert incidents(world) == []
    assert len(singly(world)) == 18


def test_what_is_over_is_joined_no_more() -> None:
    world = pausing_world()
    post(world, 12)
    pause(world, 16)
    post(world, 2, start=12)
    assert [incident.count for incident in incidents(world)] == [12]
    assert singly(world)[-2:] == ["t12", "t13"]


def test_what_is_muted_stays_muted_after_a_pause() -> None:
    world = pausing_world()
    post(world, 12)
    world.incidents.change(incidents(world)[0].id, IncidentAction.MUTE)
    pause(world, 6)
    sent = len(world.alerts.sent)
    post(world, 12, start=12)
    assert len(world.alerts.sent) == sent


def test_an_incident_does_not_wander_from_what_it_was_about() -> None:
    # Given tickets that come one at a time, each as like the one before as duplicates are
    world = pausing_world()
    post(world, 12)
    for n in range(12, 20):
        pause(world, 10)
        post(world, 1, start=n, embedding=turned(25.0 * (n - 11)))
    assert [incident.count for incident in incidents(world)] == [14], "25 and 50 degrees; 75 are too far from the storm"


def test_no_more_than_the_newest_stand_for_an_incident() -> None:
    world = pausing_world()
    post(world, STANDING + 40)
    pause(world, 10)
    assert [incident.live for incident in incidents(world)] == [STANDING]
    post(world, 1, start=200)
    assert world.record("t200").suppressed == ("oncall",)


def test_a_ticket_that_is_deleted_while_its_vector_is_put_down_again_is_gone() -> None:
    world = pausing_world()
    post(world, 12)
    (incident,) = incidents(world)
    get_many = world.store.get_many

    def overtaken(ids: Sequence[str]) -> list[TicketRecord | None]:
        records = get_many(ids)
        world.incidents.forget("t3", incident.id)
        return records

    world.store.get_many = overtaken  # type: ignore[method-assign]
    world.clock.advance(200)
    ends = closing(world)
    ends._store = world.store
    ends.run()
    post(world, 1, start=12, embedding=STORM)
    assert "t3" not in {name for name, _ in world.record("t12").similar}
    assert incidents(world)[0].live == 12
