"""The reading side and the operator's: what they promise whatever the store and the queues do."""

from __future__ import annotations

import pytest

from tests.query_world import DEADLINE_S, QueryWorld
from ticketrouter.domain.errors import (
    CacheUnavailableError,
    ConflictError,
    InvalidQueryError,
    NotFoundError,
    QueueUnavailableError,
)
from ticketrouter.domain.listing import LetterFilter, TicketQuery
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.record import DeadLetter
from ticketrouter.domain.status import DeliveryStatus, Lane, State
from ticketrouter.domain.ticket import Ticket
from ticketrouter.usecases.operate import MAX_REDRIVE, RedriveOutcome


@pytest.fixture
def world() -> QueryWorld:
    return QueryWorld()


def test_a_ticket_comes_with_the_deliveries_of_its_alerts(world: QueryWorld) -> None:
    record = world.score(world.accept("t1"))
    world.deliver(record, 503, 200)
    view = world.query.ticket("t1")
    assert view.record.state is State.SCORED
    assert [(delivery.id, delivery.status, delivery.attempts) for delivery in view.deliveries] == [
        ("t1~sink", DeliveryStatus.DELIVERED, 2)
    ]


@pytest.mark.parametrize("ticket_id", ["unknown", "", "no spaces", "a{b}", "x" * 129])
def test_an_id_that_is_unknown_or_none_is_not_found(world: QueryWorld, ticket_id: str) -> None:
    with pytest.raises(NotFoundError):
        world.query.ticket(ticket_id)
    with pytest.raises(NotFoundError):
        world.operate.delete_ticket(ticket_id)


def test_deliveries_stay_with_their_tickets_in_a_list(world: QueryWorld) -> None:
    world.deliver(world.score(world.accept("urgent")), 200)
    world.score(world.accept("calm"), urgency=0.3)
    world.accept("waiting")
    page = world.query.tickets(TicketQuery(sort="accepted_at"))
    found = {view.record.item.ticket.ticket_id: len(view.deliveries) for view in page.tickets}
    assert found == {"urgent": 1, "calm": 0, "waiting": 0}


def test_figures_come_without_depths_when_the_queue_does_not_say(world: QueryWorld) -> None:
    world.queue.send([world.accept("t1")])
    figures = world.query.figures(3_600)
    assert figures.stats["counters"]["accepted"] == 1
    assert figures.depths is not None and figures.depths[Lane.EXPRESS].waiting == 1
    world.queue.down = True
    assert world.query.figures(3_600).depths is None


def test_the_store_answers_or_not(world: QueryWorld) -> None:
    assert world.query.store_answers()
    world.state.available = False
    assert not world.query.store_answers()


# --- replay ----------------------------------------------------------------------------------------------------------


def test_a_replay_keeps_the_webhook_id_and_opens_the_delivery_once(world: QueryWorld) -> None:
    record = world.score(world.accept("t1"))
    world.deliver(record, 200)
    delivery = world.replay.one("t1~sink")
    (alert,) = world.alerts.sent
    assert alert.replay
    assert alert.webhook_id == delivery.alert.webhook_id == record.alerts[0].webhook_id
    world.replay.one("t1~sink")
    assert world.alerts.sent[1].replay != alert.replay


def test_a_pending_delivery_needs_no_replay(world: QueryWorld) -> None:
    world.deliver(world.score(world.accept("t1")), 503)
    with pytest.raises(ConflictError):
        world.replay.one("t1~sink")
    assert not world.alerts.sent


@pytest.mark.parametrize("delivery_id", ["t1~nobody", "t1", "t1~", "~sink", "{t1}~sink", ""])
def test_a_replay_of_nothing_is_not_found(world: QueryWorld, delivery_id: str) -> None:
    world.deliver(world.score(world.accept("t1")), 200)
    with pytest.raises(NotFoundError):
        world.replay.one(delivery_id)


def test_a_replay_that_the_queue_refuses_is_said(world: QueryWorld) -> None:
    world.deliver(world.score(world.accept("t1")), 200)
    world.alerts.down = True
    with pytest.raises(QueueUnavailableError):
        world.replay.one("t1~sink")


# --- redrive ---------------------------------------------------------------------------------------------------------


def test_a_failed_ticket_is_opened_and_sent(world: QueryWorld) -> None:
    item = world.fail("t1")
    redriven = world.operate.redrive(["t1", "t1", "unknown"])
    assert redriven.outcomes == {"t1": RedriveOutcome.SENT, "unknown": RedriveOutcome.NOT_FOUND}
    assert world.queue.sent == [item]
    record = world.query.ticket("t1").record
    assert (record.state, record.epoch, record.failure) == (State.QUEUED, 2, None)
    assert world.query.dead_letters(limit=10, cursor=None) == ([], None)


def test_a_ticket_that_the_queue_did_not_take_is_due_at_once_for_the_reconciler(world: QueryWorld) -> None:
    world.fail("t1")
    world.fail("t2")
    world.queue.refuse = lambda item: item.ticket.ticket_id == "t1"
    redriven = world.operate.redrive(["t1", "t2"])
    assert redriven.outcomes == {"t1": RedriveOutcome.DELAYED, "t2": RedriveOutcome.SENT}
    assert world.store.overdue(world.clock.now_ms(), 10) == ["t1"]
    assert world.query.ticket("t1").record.state is State.QUEUED


def test_a_reopened_ticket_always_has_a_deadline(world: QueryWorld) -> None:
    world.fail("t1")
    world.operate.redrive(["t1"])
    world.clock.advance(DEADLINE_S)
    assert world.store.overdue(world.clock.now_ms(), 10) == ["t1"]


def test_an_unreadable_message_goes_back_as_it_was_and_is_forgotten_only_then(world: QueryWorld) -> None:
    world.dead_letters.keep(DeadLetter("m1", "malformed-message", 1, body="{no", source="express"))
    world.queue.down = True
    assert world.operate.redrive(["m1"]).outcomes == {"m1": RedriveOutcome.NOT_SENT}
    assert len(world.query.dead_letters(limit=10, cursor=None)[0]) == 1
    world.queue.down = False
    assert world.operate.redrive(["m1"]).outcomes == {"m1": RedriveOutcome.SENT}
    assert world.queue.raw == [(Lane.STANDARD, "{no")]
    assert world.query.dead_letters(limit=10, cursor=None)[0] == []


def test_a_message_in_conflict_with_a_known_ticket_goes_back_as_a_message(world: QueryWorld) -> None:
    world.fail("t1")
    world.dead_letters.keep(DeadLetter("m1", "id-conflict", 1, ticket_id="t1", body="{}"))
    assert world.operate.redrive(["m1"]).outcomes == {"m1": RedriveOutcome.SENT}
    assert world.queue.raw == [(Lane.STANDARD, "{}")]
    assert world.query.ticket("t1").record.state is State.FAILED


def test_a_dead_letter_of_a_ticket_that_moved_on_is_forgotten(world: QueryWorld) -> None:
    world.score(world.accept("t1"))
    world.dead_letters.keep(DeadLetter("t1", "overdue", 1, ticket_id="t1"))
    assert world.operate.redrive(["t1"]).outcomes == {"t1": RedriveOutcome.NOT_FAILED}
    assert not world.queue.sent
    assert world.query.dead_letters(limit=10, cursor=None)[0] == []


def test_a_dry_run_changes_nothing_and_foretells_the_rest(world: QueryWorld) -> None:
    world.fail("t1")
    world.score(world.accept("t2"))
    world.dead_letters.keep(DeadLetter("t2", "overdue", 1, ticket_id="t2"))
    world.dead_letters.keep(DeadLetter("m1", "malformed-message", 1, body="{no"))
    redriven = world.operate.redrive_matching(dry_run=True)
    assert redriven.outcomes == {
        "t1": RedriveOutcome.WOULD_SEND,
        "t2": RedriveOutcome.NOT_FAILED,
        "m1": RedriveOutcome.WOULD_SEND,
    }
    assert world.query.ticket("t1").record.state is State.FAILED
    assert not world.queue.sent and not world.queue.raw
    assert len(world.query.dead_letters(limit=10, cursor=None)[0]) == 3


def test_all_takes_a_bounded_number_a_call_and_says_that_there_is_more(world: QueryWorld) -> None:
    for number in range(MAX_REDRIVE + 3):
        world.dead_letters.keep(DeadLetter(f"m{number}", "malformed-message", number, body="x"))
    first = world.operate.redrive_matching()
    second = world.operate.redrive_matching(cursor=first.cursor)
    assert (len(first.outcomes), first.cursor is not None) == (MAX_REDRIVE, True)
    assert (len(second.outcomes), second.cursor) == (3, None)


def test_a_dry_run_that_is_paged_through_foretells_all_of_them(world: QueryWorld) -> None:
    for number in range(5):
        world.dead_letters.keep(DeadLetter(f"m{number}", "malformed-message", number, body="x"))
    foretold, cursor = [], None
    while True:
        redriven = world.operate.redrive_matching(per_minute=1, dry_run=True, cursor=cursor)
        foretold += redriven.outcomes
        if (cursor := redriven.cursor) is None:
            break
    assert foretold == ["m4", "m3", "m2", "m1", "m0"]


def test_a_filter_picks_what_is_redriven(world: QueryWorld) -> None:
    world.fail("early")
    world.clock.advance(ms=60_000)
    since_ms = world.clock.now_ms()
    world.fail("late")
    world.fail("other", reason="overdue")

    redriven = world.operate.redrive_matching(LetterFilter(reason="poison", since_ms=since_ms))

    assert redriven.outcomes == {"late": RedriveOutcome.SENT}
    left = world.query.dead_letters(limit=10, cursor=None, where=LetterFilter(until_ms=since_ms))[0]
    assert [letter.id for letter in left] == ["early"]


def test_a_redrive_is_spread_over_time_and_takes_no_more_than_fit(world: QueryWorld) -> None:
    for number in range(40):
        world.clock.advance(ms=1)
        if number % 2:
            world.fail(f"t{number}")
        else:
            at_ms = world.clock.now_ms()
            world.dead_letters.keep(DeadLetter(f"m{number}", "malformed-message", at_ms, body="x"))

    redriven = world.operate.redrive_matching(per_minute=2)

    assert (len(redriven.outcomes), redriven.spread_s) == (30, 870)
    assert redriven.cursor is not None
    assert sorted(world.queue.delays_s) == [number * 30 for number in range(30)]


def test_ids_go_out_at_the_pace_that_was_asked_for(world: QueryWorld) -> None:
    for name in ("t1", "t2", "t3"):
        world.fail(name)
    assert world.operate.redrive(["t3", "unknown", "t1", "t2"], per_minute=60).spread_s == 2
    assert [item.ticket.ticket_id for item in world.queue.sent] == ["t3", "t1", "t2"]
    assert world.queue.delays_s == [0, 1, 2]


class _DyingStore:
    """A store that answers a number of calls and then no more."""

    def __init__(self, world: QueryWorld, calls: int) -> None:
        self._world, self._left = world, calls

    def __getattr__(self, name: str) -> object:
        self._left -= 1
        self._world.state.available = self._left >= 0
        return getattr(self._world.store, name)


def test_a_store_that_dies_half_way_loses_nothing_of_a_redrive(world: QueryWorld) -> None:
    items = {name: world.fail(name) for name in ("t1", "t2", "t3")}
    world.operate._store = _DyingStore(world, calls=3)  # type: ignore[assignment]  # t1 whole, t2 only postponed
    redriven = world.operate.redrive(["t1", "t2", "t3"])
    world.state.available = True
    assert redriven.outcomes == {
        "t1": RedriveOutcome.SENT,
        "t2": RedriveOutcome.STORE_UNAVAILABLE,
        "t3": RedriveOutcome.STORE_UNAVAILABLE,
    }
    assert world.queue.sent == [items["t1"]]
    assert {letter.id for letter in world.query.dead_letters(limit=10, cursor=None)[0]} == {"t2", "t3"}


# --- deletion --------------------------------------------------------------------------------------------------------


def test_a_deleted_ticket_leaves_nothing(world: QueryWorld) -> None:
    world.deliver(world.score(world.accept("t1")), 200)
    world.operate.delete_ticket("t1")
    with pytest.raises(NotFoundError):
        world.query.ticket("t1")
    assert world.query.deliveries(status=None, limit=10, cursor=None)[0] == []


def test_the_tickets_of_one_customer_go_and_the_others_stay(world: QueryWorld) -> None:
    for name, customer in [("a1", "acme"), ("a2", "acme"), ("b1", "bolt")]:
        world.accept(name, customer=customer)
        # A message that has another ticket's id, and this customer's words.
        item = WorkItem(Ticket("b1", "Other words", customer=customer), Lane.STANDARD, 0.2, 1)
        letter = DeadLetter(f"of {customer}", "id-conflict", 1, "b1", item.to_json(), "standard")
        world.dead_letters.keep(letter)
    deleted = world.operate.delete_customer(" acme ")
    assert (deleted.tickets, deleted.more) == (2, False)
    assert [letter.id for letter in world.query.dead_letters(limit=10, cursor=None)[0]] == ["of bolt"]
    assert [view.record.item.ticket.ticket_id for view in world.query.tickets(TicketQuery()).tickets] == ["b1"]


def test_an_outage_is_said_and_a_foreign_cursor_refused(world: QueryWorld) -> None:
    with pytest.raises(InvalidQueryError):
        world.query.tickets(TicketQuery(cursor="nonsense"))
    world.state.available = False
    for read in (
        lambda: world.query.ticket("t1"),
        lambda: world.query.tickets(TicketQuery()),
        lambda: world.operate.redrive(["t1"]),
        lambda: world.operate.delete_customer("acme"),
    ):
        with pytest.raises(CacheUnavailableError):
            read()
