"""Incidents over time: the newest tickets stand for an open one, and nothing is kept for ever without traffic."""

from __future__ import annotations

import pytest

from tests.contract.test_incidents_contract import LIMIT, joiner, storm
from ticketrouter.domain.incident import STANDING, IncidentAction
from ticketrouter.domain.joiner import Verdict
from ticketrouter.ports import Embedded

WINDOW_S = 1


@pytest.fixture
def short_world(world):
    """A store with a window of a second, in which a ticket fades at once."""
    world.incidents = world.incidents_with(window_s=WINDOW_S)
    return world


def test_the_newest_tickets_of_an_incident_that_people_know_of_outlast_the_window(short_world):
    world = short_world
    incident_id = storm(world, STANDING + 3)[-1].incident.id
    newest = [f"t{n}" for n in range(STANDING + 2, 2, -1)]
    assert world.incidents.fading() == {incident_id: newest}
    assert world.incidents.stand(incident_id, newest) == []
    assert world.incidents.fading() == {}

    world.wait_ms(WINDOW_S * 1_000 + 100)
    (joined,) = world.incidents.join([joiner(world, 90, like=range(3, STANDING + 3))])
    assert joined.verdict == Verdict((), ("oncall",))
    assert (joined.incident.id, joined.incident.live) == (incident_id, STANDING + 1)


def test_what_has_lapsed_stands_again_and_is_counted_once(short_world):
    world = short_world
    incident_id = storm(world, LIMIT + 1)[-1].incident.id
    world.wait_ms(WINDOW_S * 1_000 + 100)
    world.incidents.due(quiet_ms=60_000)
    assert world.incidents.get(incident_id).live == 0

    for _ in range(2):
        world.incidents.stand(incident_id, [f"t{n}" for n in range(LIMIT + 1)])
    incident = world.incidents.get(incident_id)
    assert (incident.live, incident.live_urgent, incident.count) == (LIMIT + 1, LIMIT + 1, LIMIT + 1)


def test_what_has_left_the_window_is_no_member_though_its_answer_is_kept(short_world):
    # Given a group that is none yet, of which one member is left; the others are still looked at
    world = short_world
    storm(world, 5)
    world.wait_ms(WINDOW_S * 1_000 + 100)
    world.incidents.join([joiner(world, 6, like=range(5))])
    (near_miss,) = world.incidents.join([joiner(world, 7, like=range(5))])
    assert near_miss.incident.count == 1


def test_nothing_stands_for_what_nobody_was_told_of_or_is_over(short_world):
    world = short_world
    storm(world, LIMIT + 1, urgency_score=0.5, urgent=False, destinations=())
    assert world.incidents.fading() == {}, "formed, and nobody was told of it"
    incident_id = storm(world, LIMIT + 1, start=50)[-1].incident.id
    assert set(world.incidents.fading()) == {incident_id}
    world.incidents.change(incident_id, IncidentAction.RESOLVE)
    assert world.incidents.fading() == {}


def test_a_muted_incident_stands_too(short_world):
    world = short_world
    incident_id = storm(world, LIMIT + 1, urgency_score=0.5, urgent=False, destinations=())[-1].incident.id
    world.incidents.change(incident_id, IncidentAction.MUTE)
    assert set(world.incidents.fading()) == {incident_id}


def test_a_deleted_ticket_does_not_stand_again(short_world):
    world = short_world
    incident_id = storm(world, LIMIT + 1)[-1].incident.id
    world.incidents.forget("t3", incident_id)
    assert "t3" not in world.incidents.fading()[incident_id]
    assert world.incidents.stand(incident_id, ["t3", "t4"]) == ["t3"]
    assert world.incidents.get(incident_id).live == LIMIT
    assert world.incidents.stand("inc_nowhere", ["t3"]) == []


def test_standing_shortens_nothing(world):
    world.incidents = world.incidents_with(window_s=3_600)
    incident_id = storm(world, LIMIT + 1)[-1].incident.id
    world.incidents.stand(incident_id, [f"t{n}" for n in range(LIMIT + 1)])
    world.wait_ms(10)
    (joined,) = world.incidents.join([joiner(world, 50, like=range(LIMIT + 1))])
    assert joined.incident.live == LIMIT + 2
    assert world.incidents.fading() == {}


def test_without_a_further_ticket_groups_and_answers_go_all_the_same(redis_world, redis_admin):
    # Given more than goes in one call, and a day without a ticket
    world = redis_world()
    incident_id = storm(world, LIMIT + 1)[-1].incident.id
    for start in range(1_000, 1_600, 25):
        world.incidents.join([joiner(world, n) for n in range(start, start + 25)])
    for key in ("{incidents}:answered", "{incidents}:live"):
        (names,) = redis_admin.run([("ZRANGE", key, 0, -1)])
        redis_admin.run([("ZADD", key, *(part for name in names for part in (1, name)))])

    world.incidents.due(quiet_ms=60_000)

    found = redis_admin.run(
        [("HLEN", "{incidents}:answers"), ("ZCARD", "{incidents}:answered"), ("ZCARD", "{incidents}:live")]
    )
    assert found == [0, 0, 0]
    assert redis_admin.run([("HKEYS", "{incidents}:groups")]) == [[incident_id.encode()]]


def test_every_key_of_incidents_goes_by_itself_should_nobody_look_after_them(redis_world, redis_admin):
    world = redis_world()
    incident_id = storm(world, LIMIT + 1)[-1].incident.id
    world.incidents.stand(incident_id, ["t3"])
    world.incidents.change(incident_id, IncidentAction.ACK)
    world.incidents.forget("t3", incident_id)  # there is no window yet, and this must not make one
    world.log.put([Embedded("t4", b"\x01")], model_version="m1")
    world.incidents.forget("t4", incident_id)
    (names,) = redis_admin.run([("KEYS", "*")])
    expected = {b"{incidents}:window", b"{incidents}:groups", b"{incidents}:live", b"index:{incidents}"}
    assert expected <= set(names)
    lives = dict(zip(names, redis_admin.run([("PTTL", name) for name in names]), strict=True))
    assert [name for name, ms in lives.items() if not 0 < ms <= 30 * 86_400_000] == []
