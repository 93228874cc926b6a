"""The largest pages of the largest records: Lambda answers nothing above 6 MB, and a page too large is so for good."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.query_events import World, load
from ticketrouter.adapters.memory import MemoryClaims
from ticketrouter.domain.message import Received, WorkItem
from ticketrouter.domain.record import MAX_LETTER_BYTES, DeadLetter
from ticketrouter.domain.status import Lane
from ticketrouter.domain.ticket import MAX_DESCRIPTION_CHARS, MAX_LABEL_CHARS, MAX_SUBJECT_CHARS, Ticket

MEGABYTE = 1024 * 1024
PAGE = 200  # the highest `limit`
COSTLY = ['"', "\\", "\n", "🔥", "é"]  # escaped in the body and again around it, or of many bytes


@pytest.fixture
def world() -> World:
    return World()


def fill(world: World, char: str) -> None:
    claims = MemoryClaims(world.state)
    for number in range(PAGE):
        label = char * MAX_LABEL_CHARS
        ticket = Ticket(
            f"{number:_>128}", char * MAX_DESCRIPTION_CHARS, char * MAX_SUBJECT_CHARS, customer=label, channel=label
        )
        item = WorkItem(ticket, Lane.STANDARD, 0.5, world.clock.now_ms())
        claims.confirm(claims.claim([item], key_id="dev", token="claim"))
        world.deliver(world.score(item), 503)


def assert_small(response: dict[str, Any]) -> None:
    assert len(json.dumps(response, ensure_ascii=False).encode()) < 2 * MEGABYTE  # as Lambda's runtime writes it
    assert len(json.dumps(response)) < 5.5 * MEGABYTE  # even as a runtime of another version would


def largest(case: str, query: str = "") -> dict[str, Any]:
    return load(case) | {"rawQueryString": f"limit={PAGE}{query}"}


@pytest.mark.parametrize("char", COSTLY)
def test_a_page_of_tickets_or_changes_is_small_enough_to_be_answered(world: World, char: str) -> None:
    since = world.ask("get_changes", "")[1]["cursor"]
    fill(world, char)

    for response in (
        world.call(largest("list_tickets")),
        world.call(largest("get_changes", f"&since={since}")),
    ):
        tickets = json.loads(response["body"])["tickets"]
        assert len(tickets) == PAGE
        assert {ticket["description"] for ticket in tickets} == {char * 499 + "…"}
        assert_small(response)


@pytest.mark.parametrize("char", COSTLY)
def test_a_page_of_dead_letters_is_small_enough_to_be_answered(world: World, char: str) -> None:
    for number in range(PAGE):
        message = Received(f"{number:_>128}", "receipt", "arn:aws:sqs:eu-west-1:1:tickets", char * MAX_LETTER_BYTES, 1)
        world.dead_letters.keep(DeadLetter.of_message(message, "malformed-message", number, ticket_id="i" * 128))

    response = world.call(largest("list_dead_letters"))

    letters = json.loads(response["body"])["dead_letters"]
    assert len(letters) == PAGE
    assert {letter["body"] for letter in letters} == {char * 1_999 + "…"}
    assert_small(response)


def test_one_ticket_is_told_whole(world: World) -> None:
    words = "fire " * 1_000
    world.accept("INC-2041", words)

    assert world.ask("get_ticket", "")[1]["description"] == words


@pytest.mark.parametrize("chars", [0, 1, 499, 500])
def test_what_is_short_enough_stays_as_it_is(world: World, chars: int) -> None:
    world.accept("a", "x" * chars)

    assert world.ask("list_tickets", "")[1]["tickets"][0]["description"] == "x" * chars
