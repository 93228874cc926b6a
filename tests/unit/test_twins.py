"""What the twins in memory can do for tests, beyond the contract that they share with the real adapters."""

from __future__ import annotations

import pytest

from ticketrouter.adapters.memory import (
    MemoryAlertQueue,
    MemoryClaims,
    MemoryClock,
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryRandomness,
    MemoryState,
    MemoryTicketStore,
    MemoryViews,
    MemoryWebhookSender,
    MemoryWorkQueue,
)
from ticketrouter.domain.alert import Alert
from ticketrouter.domain.errors import CacheUnavailableError, QueueUnavailableError, WebhookGoneError
from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import Ticket
from ticketrouter.ports import TicketQuery, WebhookReply


def test_a_store_that_is_switched_off_is_unavailable_and_comes_back_with_all_it_knew():
    state = MemoryState(MemoryClock())
    calls = [
        lambda: MemoryClaims(state).claim([], key_id="k", token="t"),
        lambda: MemoryTicketStore(state).get("a"),
        lambda: MemoryDeliveries(state).of_ticket("a", ["oncall"]),
        lambda: MemoryViews(state).find(TicketQuery()),
        lambda: MemoryDeadLetters(state).get_many(["a"]),
    ]
    MemoryTicketStore(state).postpone("a", 5)

    state.available = False
    for call in calls:
        with pytest.raises(CacheUnavailableError):
            call()

    state.available = True
    assert MemoryTicketStore(state).overdue(5, 10) == ["a"]


def test_time_moves_only_when_it_is_told_to():
    clock = MemoryClock(1_000)
    clock.advance(2, ms=5)

    assert (clock.now_ms(), clock.monotonic_ms()) == (3_005, 2_005)


def test_tokens_differ_and_are_shaped_like_real_ones():
    randomness = MemoryRandomness(uniform=0.25)

    assert [randomness.token(), randomness.token()] == ["0" * 25 + "1", "0" * 25 + "2"]
    assert randomness.uniform() == 0.25


def test_a_receiver_answers_as_it_was_told_and_then_200():
    sender = MemoryWebhookSender()
    sender.replies["u"].extend([WebhookGoneError("gone", status=410), WebhookReply(204, 1.0)])

    with pytest.raises(WebhookGoneError):
        sender.send("u", {"a": "b"}, b"1")
    assert [sender.send("u", {}, b"2").status, sender.send("u", {}, b"3").status] == [204, 200]
    assert [sent.body for sent in sender.sent] == [b"1", b"2", b"3"]


class TestFaultsOfTheQueues:
    """The queues fail as SQS does: all, some, or with an outcome that nobody knows."""

    def test_down(self) -> None:
        queue = MemoryWorkQueue()
        queue.down = True
        items = [WorkItem(Ticket(name, "on fire"), Lane.STANDARD, 0.2, 1_750_000_000_000) for name in ("a", "b")]

        assert queue.send(items) == [0, 1]
        assert (queue.send_raw(Lane.EXPRESS, "{}"), queue.sent, queue.raw) == (False, [], [])
        with pytest.raises(QueueUnavailableError):
            queue.depths()

    def test_refused_and_unknown(self) -> None:
        queue = MemoryAlertQueue()
        queue.refuse = lambda one: one.ticket_id == "t1"
        queue.lose_reply = lambda one: one.ticket_id == "t2"
        alerts = [Alert(f"t{n}", "oncall", "Technical", 0.9, "", "on fire", "", (), 1, 2) for n in range(3)]

        assert queue.send(alerts) == [1, 2]
        assert [one.ticket_id for one in queue.sent] == ["t0", "t2"]
