"""Turns: one message about an incident at a time to each destination, and none older than the last one told."""

from __future__ import annotations

from ticketrouter.domain.alert import IncidentFacts, IncidentPhase
from ticketrouter.ports import Turn

LEASE_MS = 5_000


def about(update):
    return IncidentFacts("inc_1", update, 25, 20, 3, "Technical", ("on fire",), IncidentPhase.GROWN)


def take(world, incident, token="first", lease_ms=LEASE_MS, destination="oncall"):
    return world.deliveries.take_turn(incident, destination, token=token, lease_ms=lease_ms)


def end(world, incident, token, *, told):
    world.deliveries.end_turn(incident, "oncall", token=token, told=told)


def test_what_is_older_than_the_last_one_told_is_overtaken(world):
    second = about(2)
    assert take(world, second) is Turn.OURS
    end(world, second, "first", told=True)
    answers = [take(world, about(update), token=f"t{update}", lease_ms=1) for update in (1, 2)]
    assert answers == [Turn.OVERTAKEN, Turn.OURS]
    assert take(world, about(1), destination="chat") is Turn.OURS, "another destination has not heard of it"


def test_what_was_not_told_overtakes_nothing(world):
    second = about(2)
    take(world, second)
    end(world, second, "first", told=False)
    assert take(world, about(1), token="next") is Turn.OURS


def test_two_are_not_sent_at_once_and_a_turn_ends_by_itself(world):
    first, second = about(1), about(2)
    assert take(world, first, lease_ms=300) is Turn.OURS
    assert take(world, first, lease_ms=300) is Turn.OURS, "the same caller again"
    assert take(world, second, token="second") is Turn.BUSY
    world.wait_ms(350)
    assert take(world, second, token="second") is Turn.OURS


def test_who_comes_late_ends_nobody_elses_turn_and_is_told_all_the_same(world):
    first, second = about(1), about(2)
    take(world, first, lease_ms=1)
    world.wait_ms(20)
    take(world, second, token="second")
    end(world, first, "first", told=True)
    assert take(world, first, token="third") is Turn.BUSY
    end(world, second, "second", told=True)
    end(world, first, "first", told=True)
    assert take(world, first, token="third") is Turn.OVERTAKEN, "what was told is forgotten by nobody"


def test_who_was_told_in_its_place_is_remembered_unless_a_newer_message_was_told_or_is_on_its_way(world):
    def instead(update, token=""):
        return world.deliveries.tell_instead(about(update), "oncall", fallback="chat", token=token)

    assert world.deliveries.told_instead(about(1), "oncall") == ""
    take(world, about(2))
    assert instead(1) is Turn.BUSY
    end(world, about(2), "first", told=True)
    assert instead(1, token="first") is Turn.OVERTAKEN
    assert world.deliveries.told_instead(about(1), "oncall") == "", "nobody was told"

    assert instead(2) is Turn.OURS
    take(world, about(3), token="third")
    assert instead(3, token="third") is Turn.OURS, "it is its own turn"
    assert world.deliveries.told_instead(about(9), "oncall") == "chat"
    assert world.deliveries.told_instead(about(9), "other") == ""


def test_its_key_goes_with_the_records(redis_world, redis_admin):
    world = redis_world()
    take(world, about(1))
    (names,) = redis_admin.run([("KEYS", "incident:*")])
    assert [0 < ms <= 30 * 86_400_000 for ms in redis_admin.run([("PTTL", name) for name in names])] == [True]
