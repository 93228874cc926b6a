"""Messages about one incident: a destination hears them in their order, and never of one that is over."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.dispatcher_world import URL, World, alert, message
from ticketrouter.domain.alert import Alert, Destination, DestinationSecret, IncidentFacts, IncidentPhase
from ticketrouter.domain.errors import CacheUnavailableError, WebhookRejectedError, WebhookUnavailableError
from ticketrouter.domain.record import OVERTAKEN
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.usecases.dispatch_report import Ending

PAGER = f"{URL}/pagerduty"
OPENED, GROWN, CLOSED = IncidentPhase.OPENED, IncidentPhase.GROWN, IncidentPhase.CLOSED


def about(update: int, phase: IncidentPhase, incident_id: str = "inc_1") -> Alert:
    facts = IncidentFacts(incident_id, update, 25, 20, 3, "Technical", ("on fire",), phase)
    return replace(alert(destination="pager"), incident=facts)


@pytest.fixture
def world() -> World:
    world = World()
    world.destinations.destinations.append(Destination("pager", "pagerduty"))
    world.secrets.secrets["pager"] = DestinationSecret(PAGER, routing_key="R0")
    return world


def actions(world: World) -> list[str]:
    return [json.loads(sent.body)["event_action"] for sent in world.sender.sent]


def test_an_update_that_is_late_does_not_open_what_was_resolved_again(world: World) -> None:
    # Given an update that the receiver did not take, and the end, which it took
    late = message(about(2, GROWN), "late")
    world.sender.replies[PAGER].append(WebhookUnavailableError("busy", status=503))
    assert world.endings(late) == [Ending.RETRIED]
    assert world.endings(message(about(3, CLOSED), "end")) == [Ending.DELIVERED]

    world.clock.advance(world.visibility.delays_s["late"])
    report = world.dispatch(late)

    assert actions(world)[1:] == ["resolve"], "the first one is the try that failed"
    assert ([one.ending for one in report.handled], report.failed) == ([Ending.OVERTAKEN], [])
    (delivery,) = world.deliveries.of_ticket("inc_1~2", ["pager"])
    assert (delivery.status, delivery.log[-1].error) == (DeliveryStatus.SUPPRESSED, OVERTAKEN)
    assert world.endings(late) == [Ending.DONE]


def test_a_replay_of_what_is_older_is_dropped_too_and_one_of_the_last_is_sent(world: World) -> None:
    for update, phase in ((1, OPENED), (2, CLOSED)):
        assert world.endings(message(about(update, phase), f"m{update}")) == [Ending.DELIVERED]
    assert world.endings(message(replace(about(1, OPENED), replay="r1"), "r1")) == [Ending.OVERTAKEN]
    assert world.endings(message(replace(about(2, CLOSED), replay="r2"), "r2")) == [Ending.DELIVERED]
    assert actions(world) == ["trigger", "resolve", "resolve"]


def test_what_was_not_told_overtakes_nothing(world: World) -> None:
    world.sender.replies[PAGER].append(WebhookUnavailableError("busy", status=503))
    assert world.endings(message(about(2, GROWN), "failed")) == [Ending.RETRIED]
    assert world.endings(message(about(1, OPENED), "older")) == [Ending.DELIVERED]


def test_incidents_and_destinations_do_not_overtake_each_other(world: World) -> None:
    assert world.endings(message(about(5, GROWN), "five")) == [Ending.DELIVERED]
    assert world.endings(message(about(1, OPENED, "inc_2"), "other")) == [Ending.DELIVERED]
    elsewhere = replace(about(1, OPENED), destination="oncall")
    assert world.endings(message(elsewhere, "elsewhere")) == [Ending.DELIVERED]


def test_while_one_message_is_on_its_way_the_next_waits(world: World) -> None:
    # Given that the end comes while an update is being sent: the receiver might see them in either order
    end, seen = message(about(3, CLOSED), "end"), []

    def another_dispatcher() -> None:
        world.sender.during = lambda: None
        seen.extend(world.new_dispatcher().dispatch([end], remaining_ms=lambda: 30_000).handled)

    world.sender.during = another_dispatcher
    assert world.endings(message(about(2, GROWN), "update")) == [Ending.DELIVERED]
    assert [one.ending for one in seen] == [Ending.WAITING]

    world.clock.advance(world.visibility.delays_s["end"])
    assert world.endings(end) == [Ending.DELIVERED]
    assert actions(world) == ["trigger", "resolve"]


def test_a_message_that_its_budget_holds_back_stands_in_nobodys_way(world: World) -> None:
    world.destinations.destinations[-1] = Destination("pager", "pagerduty", hourly_budget=1)
    assert world.endings(message(about(1, GROWN), "paid")) == [Ending.DELIVERED]
    assert world.endings(message(about(2, GROWN), "held")) == [Ending.HELD]
    assert world.endings(message(about(3, CLOSED), "end")) == [Ending.DELIVERED]


def with_fallback(world: World) -> World:
    world.destinations.destinations[-1] = Destination("pager", "pagerduty", fallback="oncall")
    return world


def to_fallback(world: World) -> list[tuple[int, IncidentPhase]]:
    sent = [one.incident for one in world.alerts.sent if one.destination == "oncall" and one.fallback_for == "pager"]
    return [(facts.update, facts.phase) for facts in sent if facts is not None]


def test_a_fallback_that_was_told_of_an_incident_is_told_of_its_end_though_its_first_destination_is_well(
    world: World,
) -> None:
    with_fallback(world)
    world.sender.replies[PAGER].append(WebhookRejectedError("no", status=400))
    assert world.endings(message(about(1, OPENED), "first")) == [Ending.EXHAUSTED]
    end = message(about(2, CLOSED), "end")

    # The queue does not take the summary for the fallback, then it does
    world.alerts.down = True
    assert world.endings(end) == [Ending.UNTOLD]
    world.alerts.down = False
    world.clock.advance(20)
    assert world.endings(end) == [Ending.DELIVERED]

    assert to_fallback(world) == [(1, OPENED), (2, CLOSED)]
    assert actions(world) == ["trigger", "resolve"]


def test_no_fallback_hears_of_an_end_whose_beginning_it_did_not_hear(world: World) -> None:
    with_fallback(world)
    assert world.endings(message(about(1, OPENED), "first"), message(about(2, CLOSED), "end")) == [Ending.DELIVERED] * 2
    assert to_fallback(world) == []


def test_once_its_end_was_told_no_fallback_is_told_of_an_incident(world: World) -> None:
    # Given a beginning that waits for its second try, and an end that was taken meanwhile
    with_fallback(world)
    world.sender.replies[PAGER] += [WebhookUnavailableError("busy", status=503, retry_after_s=900)]
    first = message(about(1, OPENED), "first")
    assert world.endings(first) == [Ending.RETRIED]
    world.health.answered("pager")
    assert world.endings(message(about(2, CLOSED), "end")) == [Ending.DELIVERED]

    world.clock.advance(300)  # longer than a fallback waits
    assert world.endings(first) == [Ending.WAITING]
    assert to_fallback(world) == []


def test_a_dispatcher_that_dies_before_its_record_leaves_nothing_older_free_to_go(world: World) -> None:
    late = message(about(1, OPENED), "late")
    world.sender.replies[PAGER].append(WebhookUnavailableError("busy", status=503))
    assert world.endings(late) == [Ending.RETRIED]
    record = world.deliveries.record

    def dies(*args: object, **kwargs: object) -> bool:
        raise CacheUnavailableError("away")

    world.deliveries.record = dies  # type: ignore[method-assign]
    assert world.endings(message(about(2, CLOSED), "end")) == [Ending.STORE_AWAY]
    world.deliveries.record = record  # type: ignore[method-assign]

    world.clock.advance(world.visibility.delays_s["late"])
    assert world.endings(late) == [Ending.OVERTAKEN]
    assert actions(world)[-1] == "resolve"
