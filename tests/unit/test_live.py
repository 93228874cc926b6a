"""What a live page polls: nothing is lost between two calls, and what is wrong is named."""

from __future__ import annotations

import pytest

from tests.query_world import QueryWorld
from ticketrouter.domain.errors import CursorExpiredError, InvalidQueryError, MissingSettingError
from ticketrouter.domain.pulse import BEHIND_MS
from ticketrouter.usecases.live import POLL_BUSY_MS, POLL_NOW_MS, POLL_QUIET_MS, Changes


@pytest.fixture
def world() -> QueryWorld:
    return QueryWorld()


def ids(changes: Changes) -> list[str]:
    return [view.record.item.ticket.ticket_id for view in changes.tickets]


def test_the_first_call_gives_a_cursor_and_the_next_what_came_since(world: QueryWorld) -> None:
    world.deliver(world.score(world.accept("before")), 200)
    start = world.live.changes(None, 100)
    world.deliver(world.score(world.accept("after")), 503, 200)

    changes = world.live.changes(start.cursor, 100)

    assert (start.tickets, start.deliveries, start.poll_after_ms) == ([], [], POLL_BUSY_MS)
    assert ids(changes) == ["after"]
    assert [(delivery.id, delivery.attempts) for delivery in changes.deliveries] == [("after~sink", 2)]
    assert changes.poll_after_ms == POLL_BUSY_MS
    idle = world.live.changes(changes.cursor, 100)
    assert (idle.tickets, idle.deliveries, idle.cursor) == ([], [], changes.cursor)
    assert idle.poll_after_ms == POLL_QUIET_MS


def test_a_page_polls_soon_as_long_as_a_ticket_is_in_flight(world: QueryWorld) -> None:
    world.accept("waits")
    start = world.live.changes(None, 100)

    assert world.live.changes(start.cursor, 100).poll_after_ms == POLL_BUSY_MS


def test_more_changes_than_fit_are_asked_for_at_once(world: QueryWorld) -> None:
    start = world.live.changes(None, 1)
    world.accept("t1")
    world.accept("t2")
    first = world.live.changes(start.cursor, 1)
    assert (first.more, first.poll_after_ms) == (True, POLL_NOW_MS)
    second = world.live.changes(first.cursor, 1)
    assert ids(second) == ["t2"]
    assert not second.more


def test_a_deleted_ticket_is_told_as_removed(world: QueryWorld) -> None:
    world.accept("t1")
    start = world.live.changes(None, 100)
    world.operate.delete_ticket("t1")
    assert world.live.changes(start.cursor, 100).removed == ["t1"]


def test_a_cursor_before_what_is_kept_has_expired(world: QueryWorld) -> None:
    start = world.live.changes(None, 100)
    world.state.changes_kept = 1
    world.accept("t1")
    world.accept("t2")
    with pytest.raises(CursorExpiredError):
        world.live.changes(start.cursor, 100)


@pytest.mark.parametrize("cursor", ["nonsense", "a.b.c", "Y2hhbmdlcwoyCg.0", "Y2hhbmdlcwoyCg.0.x", "!.0.0", ""])
def test_a_cursor_that_is_not_ours_is_refused(world: QueryWorld, cursor: str) -> None:
    with pytest.raises(InvalidQueryError) as refusal:
        world.live.changes(cursor, 100)
    assert refusal.value.problems[0].pointer == "/since"


class TestHealth:
    def test_all_is_well_and_of_the_model_nobody_knows(self, world: QueryWorld) -> None:
        changes = world.live.changes(None, 100)

        assert (changes.pulse.queues, changes.pulse.model, changes.is_degraded) == ("ok", "unknown", False)

    def test_a_ticket_that_waits_too_long_means_that_the_queues_are_behind(self, world: QueryWorld) -> None:
        world.accept("t1")
        world.clock.advance(ms=BEHIND_MS)
        assert world.live.changes(None, 100).pulse.queues == "ok"

        world.clock.advance(ms=1)

        changes = world.live.changes(None, 100)
        assert (changes.pulse.queues, changes.is_degraded) == ("behind", True)
        assert changes.pulse.backlog.oldest_wait_ms == BEHIND_MS + 1

    def test_the_model_is_as_it_was_in_the_last_minute_with_a_score(self, world: QueryWorld) -> None:
        world.score(world.accept("t1"), degraded=True)
        degraded = world.live.changes(None, 100)
        world.clock.advance(ms=120_000)
        world.score(world.accept("t2"))
        mended = world.live.changes(None, 100)

        assert (degraded.pulse.model, degraded.is_degraded) == ("degraded", True)
        assert (mended.pulse.model, mended.is_degraded) == ("ok", False)

    def test_a_destination_that_fails_is_named_with_since_when(self, world: QueryWorld) -> None:
        failed_at_ms = world.clock.now_ms()
        world.health.failed("legal", slow=False, wish_s=0)
        world.clock.advance(ms=5_000)
        world.health.failed("legal", slow=False, wish_s=0)

        changes = world.live.changes(None, 100)

        assert changes.is_degraded
        states = {v.destination.id: (v.condition.state, v.condition.since_ms) for v in changes.destinations}
        assert states == {"sink": ("ok", None), "legal": ("failing", failed_at_ms)}

    def test_destinations_that_cannot_be_read_do_not_hide_the_rest(self, world: QueryWorld, monkeypatch) -> None:
        def unreadable() -> None:
            raise MissingSettingError("not JSON")

        monkeypatch.setattr(world.destinations, "all", unreadable)
        world.accept("t1")

        changes = world.live.changes(None, 100)

        assert (changes.destinations, changes.is_degraded) == (None, True)
        assert changes.pulse.accepted_per_min == 1
