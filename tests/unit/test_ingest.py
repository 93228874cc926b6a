"""Accepting tickets, on the twins in memory."""

from __future__ import annotations

import pytest

from ticketrouter.adapters.memory import MemoryClaims, MemoryClock, MemoryRandomness, MemoryState, MemoryWorkQueue
from ticketrouter.domain.errors import (
    ConflictError,
    InProgressError,
    InvalidTicketError,
    MalformedBodyError,
    QueueUnavailableError,
    RateLimitedError,
)
from ticketrouter.domain.status import Lane, State
from ticketrouter.domain.ticket import TicketIds
from ticketrouter.usecases.ingest import Accepted, Draft, Ingest, Verdict


class World:
    """An ingest with everything around it."""

    def __init__(self, rate_limit_per_minute: int = 100_000) -> None:
        self.clock = MemoryClock()
        self.state = MemoryState(self.clock)
        self.queue = MemoryWorkQueue()
        self.claims = MemoryClaims(self.state, rate_limit_per_minute=rate_limit_per_minute)
        self.ingest = Ingest(
            claims=self.claims,
            queue=self.queue,
            ids=TicketIds(b"secret"),
            clock=self.clock,
            randomness=MemoryRandomness(),
        )

    def post(self, description: str = "An error.", **fields: str) -> Verdict:
        (verdict,) = self.ingest.accept([Draft(description, **fields)], key_id="k")  # type: ignore[arg-type]
        return verdict

    def state_of(self, ticket_id: str) -> State:
        return self.state.rows[ticket_id].record.state


@pytest.fixture
def world() -> World:
    return World()


def accepted(verdict: Verdict) -> Accepted:
    assert isinstance(verdict, Accepted), verdict
    return verdict


def test_a_new_ticket_is_queued_and_then_confirmed(world: World) -> None:
    verdict = accepted(world.post("The site is down", ticket_id="1", subject="Help"))
    assert not verdict.duplicate
    assert [item.ticket.ticket_id for item in world.queue.sent] == ["1"]
    assert world.queue.sent[0].lane is Lane.EXPRESS
    assert world.queue.sent[0].accepted_at_ms == world.clock.now_ms()
    assert world.state_of("1") is State.QUEUED


def test_a_quiet_ticket_takes_the_standard_lane(world: World) -> None:
    assert accepted(world.post("Where can I download my invoice?")).item.lane is Lane.STANDARD


def test_the_same_again_is_a_duplicate_with_the_first_acceptance(world: World) -> None:
    first = accepted(world.post(ticket_id="1"))
    world.clock.advance(60)
    again = accepted(world.post(ticket_id="1"))
    assert again.duplicate
    assert again.item == first.item
    assert len(world.queue.sent) == 1


def test_the_same_id_with_other_content_is_a_conflict(world: World) -> None:
    world.post(ticket_id="1")
    assert isinstance(world.post("Something else.", ticket_id="1"), ConflictError)
    assert len(world.queue.sent) == 1


def test_a_send_that_fails_is_a_503_and_the_retry_after_the_lease_sends_the_same_ticket(world: World) -> None:
    world.queue.down = True
    failed = world.post(ticket_id="1")
    assert isinstance(failed, QueueUnavailableError)
    assert failed.retry_after_s == 5
    assert world.state_of("1") is State.SENDING

    world.queue.down = False
    assert isinstance(world.post(ticket_id="1"), InProgressError)
    world.clock.advance(5.1)
    assert not accepted(world.post(ticket_id="1")).duplicate
    assert [item.ticket.ticket_id for item in world.queue.sent] == ["1"]
    assert world.state_of("1") is State.QUEUED


def test_a_send_of_unknown_outcome_keeps_its_one_id(world: World) -> None:
    world.queue.lose_reply = lambda _: True
    assert isinstance(world.post(customer="acme"), QueueUnavailableError)
    world.queue.lose_reply = lambda _: False
    world.clock.advance(5.1)
    accepted(world.post(customer="acme"))
    assert len({item.ticket.ticket_id for item in world.queue.sent}) == 1


def test_without_redis_tickets_are_taken_and_marked(world: World) -> None:
    world.state.available = False
    verdict = accepted(world.post(customer="acme"))
    assert not verdict.deduplicated
    again = accepted(world.post(customer="acme"))
    assert again.item.ticket.ticket_id == verdict.item.ticket.ticket_id, "the worker must be able to see the duplicate"
    assert len(world.queue.sent) == 2


def test_redis_that_goes_away_after_the_send_does_not_undo_the_yes(world: World) -> None:
    def send_and_cut(items: object) -> list[int]:
        world.state.available = False
        return []

    world.queue.send = send_and_cut  # type: ignore[method-assign, assignment]
    accepted(world.post(ticket_id="1"))
    assert world.state_of("1") is State.SENDING


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({"idempotency_key": "k1"}, True),
        ({"customer": "acme"}, True),
        ({}, False),  # two people may honestly write the same words
    ],
)
def test_identity_comes_from_the_key_or_the_customer(world: World, fields: dict[str, str], same: bool) -> None:
    ids = {accepted(world.post(**fields)).item.ticket.ticket_id for _ in range(2)}
    assert (len(ids) == 1) is same


def test_a_ticket_id_wins_over_the_idempotency_key(world: World) -> None:
    assert accepted(world.post(ticket_id="1", idempotency_key="k")).item.ticket.ticket_id == "1"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"description": "\x00 \u202e"}, "/description"),
        ({"description": "x" * 20_001}, "/description"),
        ({"subject": "x" * 301}, "/subject"),
        ({"ticket_id": "a b"}, "/ticket_id"),
        ({"ticket_id": ""}, "/ticket_id"),
        ({"idempotency_key": "ä"}, "/headers/idempotency-key"),
        ({"ticket_id": "1", "idempotency_key": "ä"}, "/headers/idempotency-key"),
    ],
)
def test_a_ticket_against_the_rules_is_refused_and_leaves_nothing(
    world: World, fields: dict[str, str], pointer: str
) -> None:
    verdict = world.post(**fields)
    assert isinstance(verdict, InvalidTicketError)
    assert [problem.pointer for problem in verdict.problems] == [pointer]
    assert not world.queue.sent
    assert not world.state.rows


def test_a_batch_judges_each_row_on_its_own(world: World) -> None:
    world.post(ticket_id="old")
    unreadable = MalformedBodyError("no")
    drafts = [
        Draft("New.", ticket_id="a"),
        unreadable,
        Draft("", ticket_id="b"),
        Draft("An error.", ticket_id="old"),
        Draft("New.", ticket_id="a"),
        Draft("Other.", ticket_id="a"),
        Draft("New.", ticket_id="c"),
    ]
    verdicts = world.ingest.accept(drafts, key_id="k")
    assert [type(verdict).__name__ for verdict in verdicts] == [
        "Accepted", "MalformedBodyError", "InvalidTicketError", "Accepted", "Accepted", "ConflictError", "Accepted",
    ]  # fmt: skip
    assert [verdict.duplicate for verdict in verdicts if isinstance(verdict, Accepted)] == [False, True, True, False]
    assert [item.ticket.ticket_id for item in world.queue.sent] == ["old", "a", "c"]


def test_rows_of_a_batch_that_the_queue_refuses_are_named(world: World) -> None:
    world.queue.refuse = lambda item: item.ticket.ticket_id == "b"
    verdicts = world.ingest.accept([Draft("x", ticket_id=name) for name in "abc"], key_id="k")
    assert [isinstance(verdict, QueueUnavailableError) for verdict in verdicts] == [False, True, False]
    assert [world.state_of(name) for name in "abc"] == [State.QUEUED, State.SENDING, State.QUEUED]


def test_a_key_without_rate_left_is_refused_whole_and_leaves_no_claim() -> None:
    world = World(rate_limit_per_minute=60)
    with pytest.raises(RateLimitedError) as caught:
        for n in range(2_000):
            world.post(ticket_id=str(n))
    refused = str(len(world.queue.sent))
    assert caught.value.retry_after_s
    assert refused not in world.state.rows
    world.clock.advance(caught.value.retry_after_s)
    accepted(world.post(ticket_id=refused))


def test_a_customers_words_again_in_other_spacing_are_a_duplicate_not_a_conflict(world: World) -> None:
    accepted(world.post("Cannot pay", customer="acme"))
    assert accepted(world.post("cannot  pay ", customer="acme")).duplicate
    assert len(world.queue.sent) == 1


CARD, OTHER_CARD = "My card is 4111 1111 1111 1111.", "My card is 5500 0000 0000 0004."


@pytest.fixture
def redacting(world: World) -> World:
    ids, randomness = TicketIds(b"secret"), MemoryRandomness()
    world.ingest = Ingest(
        claims=world.claims,
        queue=world.queue,
        ids=ids,
        clock=world.clock,
        randomness=randomness,
        redact_stored=True,
    )
    return world


def test_if_so_set_nothing_personal_is_queued_or_stored(redacting: World) -> None:
    told = {"phone": "4155552671", "password": "hunter2", "order": "4155552671"}
    draft = Draft(CARD, "1", "From ann@example.com", "ann@example.com", metadata=told)
    redacting.ingest.accept([draft], key_id="k")
    for item in [redacting.queue.sent[0], redacting.state.rows["1"].record.item]:
        assert item.ticket.text == "From [email]\nMy card is [card]."
        assert item.ticket.metadata == {"phone": "[phone]", "password": "[secret]", "order": "4155552671"}
        assert item.ticket.customer == "ann@example.com"  # the name under which her tickets are found, and deleted
        assert "4111" not in item.to_json()


def test_what_was_redacted_is_still_told_apart_by_what_was_posted(redacting: World) -> None:
    assert not accepted(redacting.post(CARD, ticket_id="1")).duplicate
    assert accepted(redacting.post(CARD, ticket_id="1")).duplicate
    assert isinstance(redacting.post(OTHER_CARD, ticket_id="1"), ConflictError)


def test_words_of_a_customer_have_the_same_id_redacted_or_not(world: World) -> None:
    before = accepted(world.post(CARD, customer="ann")).item.ticket
    world.ingest = Ingest(
        claims=world.claims,
        queue=world.queue,
        ids=TicketIds(b"secret"),
        clock=world.clock,
        randomness=MemoryRandomness(),
        redact_stored=True,
    )
    after = accepted(world.post(CARD, customer="ann"))
    assert (after.item.ticket.ticket_id, after.duplicate) == (before.ticket_id, True)


def test_without_the_setting_a_ticket_is_kept_as_it_was_sent(world: World) -> None:
    assert accepted(world.post(CARD)).item.ticket.description == CARD
