"""Bulk replays: which deliveries, how fast, and what the next call goes on with; tests of destinations."""

from __future__ import annotations

import pytest

from tests.query_world import QueryWorld
from ticketrouter.domain.errors import NotFoundError, QueueUnavailableError
from ticketrouter.domain.listing import DeliveryFilter
from ticketrouter.domain.message import alert_from_json, alert_to_json
from ticketrouter.domain.record import Attempt, reply_excerpt
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import DeliveryVerdict
from ticketrouter.usecases.replay import MAX_REPLAY, Replayed, ReplayOutcome

ANY = DeliveryFilter()
DELIVERED = DeliveryStatus.DELIVERED


@pytest.fixture
def world() -> QueryWorld:
    return QueryWorld()


def delivered(world: QueryWorld, count: int, category: str = "Technical") -> None:
    for number in range(count):
        world.deliver(world.score(world.accept(f"{category}-{number:03d}"), category=category), 200)


def matching(world: QueryWorld, where: DeliveryFilter = ANY, **options: object) -> Replayed:
    asked = {"per_minute": 60, "dry_run": False, "cursor": None, **options}
    return world.replay.matching(DELIVERED, where, **asked)  # type: ignore[arg-type]


def test_what_matches_goes_out_newest_first_spread_over_time(world: QueryWorld) -> None:
    delivered(world, 3)
    delivered(world, 1, "Legal")

    replayed = matching(world, DeliveryFilter(category="Technical"), per_minute=30)

    assert list(replayed.outcomes) == [f"Technical-{number:03d}~sink" for number in (2, 1, 0)]
    assert set(replayed.outcomes.values()) == {ReplayOutcome.QUEUED}
    assert (world.alerts.delays_s, replayed.spread_s, replayed.cursor) == ([0, 2, 4], 4, None)
    assert len({alert.replay for alert in world.alerts.sent}) == 3
    assert [alert.ticket_id for alert in world.alerts.sent] == ["Technical-002", "Technical-001", "Technical-000"]


def test_a_dry_run_sends_nothing(world: QueryWorld) -> None:
    delivered(world, 2)
    replayed = matching(world, dry_run=True)
    assert list(replayed.outcomes.values()) == [ReplayOutcome.WOULD_SEND] * 2
    assert world.alerts.sent == []


def test_a_call_that_is_repeated_under_its_key_sends_nothing_twice(world: QueryWorld) -> None:
    delivered(world, 2)
    first, second = matching(world, order="dev\0k1"), matching(world, order="dev\0k1")
    assert first == second
    sent = world.alerts.sent
    assert [alert.replay for alert in sent[:2]] == [alert.replay for alert in sent[2:]]

    # when the dispatcher gets all four
    verdicts = []
    for number, alert in enumerate(sent):
        verdicts.append(world.deliveries.claim(alert, token=f"lease{number}", lease_ms=1_000).verdict)
        world.deliveries.record(alert, Attempt(1, 2.0, 200), DELIVERED, token=f"lease{number}", retry_in_ms=None)

    # then
    assert verdicts == [DeliveryVerdict.SEND] * 2 + [DeliveryVerdict.DONE] * 2


def test_another_key_or_none_sends_anew(world: QueryWorld) -> None:
    delivered(world, 2)
    for order in ("dev\0k1", "dev\0k2", "ops\0k1", "", ""):
        matching(world, order=order)
    world.replay.one("Technical-000~sink", order="dev\0k3")
    world.replay.one("Technical-000~sink")
    assert len({alert.replay for alert in world.alerts.sent}) == 12
    world.replay.one("Technical-000~sink", order="dev\0k3")
    assert len({alert.replay for alert in world.alerts.sent}) == 12


def test_pending_deliveries_are_left_to_the_dispatcher(world: QueryWorld) -> None:
    world.deliver(world.score(world.accept("t1")), 503)
    assert matching(world).outcomes == {}


@pytest.mark.parametrize(("per_minute", "most"), [(600, MAX_REPLAY), (4, 60), (1, 15)])
def test_a_call_takes_no_more_than_sqs_can_delay_and_the_next_goes_on(
    world: QueryWorld, per_minute: int, most: int
) -> None:
    delivered(world, most + 2)

    first = matching(world, per_minute=per_minute)
    second = matching(world, per_minute=per_minute, cursor=first.cursor)

    assert (len(first.outcomes), len(second.outcomes), second.cursor) == (most, 2, None)
    assert first.spread_s < 900
    assert not first.outcomes.keys() & second.outcomes.keys()


def test_what_the_queue_refuses_is_said(world: QueryWorld) -> None:
    delivered(world, 2)
    world.alerts.refuse = lambda alert: alert.ticket_id.endswith("001")
    assert matching(world).outcomes == {
        "Technical-001~sink": ReplayOutcome.NOT_SENT,
        "Technical-000~sink": ReplayOutcome.QUEUED,
    }


def test_a_test_is_an_alert_that_says_so(world: QueryWorld) -> None:
    sent = world.replay.test("sink")
    assert world.alerts.sent == [sent]
    assert sent.test
    assert alert_from_json(alert_to_json(sent)) == sent
    assert world.replay.test("sink").webhook_id != sent.webhook_id


def test_a_test_of_nowhere_or_without_a_queue_is_refused(world: QueryWorld) -> None:
    with pytest.raises(NotFoundError):
        world.replay.test("nowhere")
    world.alerts.down = True
    with pytest.raises(QueueUnavailableError):
        world.replay.test("sink")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"ok", "ok"),
        (b"", ""),
        (b"no_team\r\n\tat all\x00\x1b[31m", "no_team at all [31m"),
        ("ünknown\u202e 火\u2028x".encode(), "ünknown 火 x"),
        (b"\xff\xfe1", "\ufffd\ufffd1"),
        (b"a" * 5_000, "a" * 200),
        (b"\n" * 1_000 + b"late", "late"),
    ],
)
def test_of_an_answer_the_first_characters_are_kept_on_one_line(raw: bytes, shown: str) -> None:
    assert reply_excerpt(raw) == shown
