"""Dead letters: kept, found, forgotten; on memory and on a real Redis."""

from __future__ import annotations

import pytest

from ticketrouter.domain.errors import InvalidQueryError
from ticketrouter.domain.listing import LetterFilter
from ticketrouter.domain.record import DeadLetter


def letter(world, name, age_ms=0):
    at_ms = world.clock.now_ms() - age_ms
    return DeadLetter(name, "malformed-message", at_ms, body='{"v": 9, "ü": "🔥"}', source="tickets-express-dlq")


def test_a_letter_is_kept_found_and_forgotten(world):
    kept = letter(world, "message-1")
    world.letters.keep(kept)

    assert world.letters.find(limit=10, cursor=None) == ([kept], None)
    assert world.letters.get_many(["unknown", "message-1"]) == [None, kept]

    world.letters.remove(["message-1", "unknown"])
    world.letters.remove([])
    assert world.letters.find(limit=10, cursor=None) == ([], None)
    assert world.letters.get_many(["message-1"]) == [None]


def test_the_same_id_again_replaces_all_of_it(world):
    world.letters.keep(letter(world, "a"))
    known = DeadLetter("a", "dead-lettered", world.clock.now_ms(), ticket_id="a")
    world.letters.keep(known)

    assert world.letters.find(limit=10, cursor=None) == ([known], None)


def test_newest_first_page_by_page(world):
    for age, name in enumerate("abcde"):
        world.letters.keep(letter(world, name, age_ms=age * 1_000))

    cursor, seen = None, []
    while True:
        page, cursor = world.letters.find(limit=2, cursor=cursor)
        seen.append([letter.id for letter in page])
        if cursor is None:
            break

    assert seen == [["a", "b"], ["c", "d"], ["e"]]
    with pytest.raises(InvalidQueryError):
        world.letters.find(limit=2, cursor="nonsense")


def test_letters_are_found_by_reason_and_time(world):
    now_ms = world.clock.now_ms()
    for age_min, name in enumerate("abcd"):
        world.letters.keep(letter(world, name, age_ms=age_min * 600_000))
    item = world.item("failed")
    world.accept(item)
    world.store.fail(item, "poison")

    def found(**where):
        return [one.id for one in world.letters.find(limit=10, cursor=None, where=LetterFilter(**where))[0]]

    assert found(reason="poison") == ["failed"]
    assert found(reason="malformed-message") == ["a", "b", "c", "d"]
    assert found(since_ms=now_ms - 1_200_000, reason="malformed-message") == ["a", "b", "c"]
    assert found(since_ms=now_ms - 1_260_000, until_ms=now_ms - 600_000) == ["c"]
    assert "failed" in found(since_ms=now_ms)
