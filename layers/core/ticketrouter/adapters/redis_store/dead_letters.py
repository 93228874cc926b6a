"""Dead letters: what could not be finished, kept for an operator."""

from __future__ import annotations

from collections.abc import Sequence

from ticketrouter.adapters.redis_store import encoding, keys
from ticketrouter.adapters.redis_store.client import Command, RedisClient
from ticketrouter.adapters.redis_store.walk import Place, walk
from ticketrouter.domain.listing import ANY_LETTER, LetterFilter
from ticketrouter.domain.record import DeadLetter

LETTER_TTL_S = 14 * 86_400
SKEW_MS = 60_000


class RedisDeadLetters:
    """What could not be finished.

    Args:
        client: The way to Redis.
    """

    def __init__(self, client: RedisClient) -> None:
        self._client = client

    def keep(self, letter: DeadLetter) -> None:
        """Keep it for 14 days; the same id again replaces it."""
        key = keys.letter_key(letter.id)
        named = [(name, getattr(letter, name)) for name in encoding.LETTER_FIELDS]
        self._client.run(
            [
                ("ZADD", keys.DEAD_LETTERS, letter.at_ms, letter.id),
                ("DEL", key),
                ("HSET", key, *(part for name, value in named if value is not None for part in (name, value))),
                ("EXPIRE", key, LETTER_TTL_S),
                *(one for about in _found_by(letter) for one in (("SADD", about, letter.id), _expire(about))),
            ]
        )

    def find(
        self, *, limit: int, cursor: str | None, where: LetterFilter = ANY_LETTER
    ) -> tuple[list[DeadLetter], str | None]:
        """Return dead letters, newest first, and the cursor of the next page."""
        return walk(
            self._client,
            keys.DEAD_LETTERS,
            order="dead-letters",
            read=_read_place,
            decode=encoding.decode_letter,
            keeps=where.keeps,
            limit=limit,
            cursor=cursor,
            # A place in the list is written in another command than the letter, by another clock perhaps.
            bounds=(
                max(0, (where.since_ms or 0) - SKEW_MS),
                (1 << 53) if where.until_ms is None else where.until_ms + SKEW_MS,
            ),
        )

    def get_many(self, ids: Sequence[str]) -> list[DeadLetter | None]:
        """Return dead letters in the order of the ids."""
        return [encoding.decode_letter(values) for values in self._client.run([_read(one) for one in ids])]

    def of_customer(self, customer: str) -> list[str]:
        """Return ids of the letters that are messages with a customer's words."""
        (found,) = self._client.run([("SMEMBERS", keys.customer_letters_key(customer))])
        return sorted(letter_id.decode() for letter_id in found)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget them (after a redrive)."""
        if ids:
            self._client.run([("ZREM", keys.DEAD_LETTERS, *ids), *(("DEL", keys.letter_key(one)) for one in ids)])


def _found_by(letter: DeadLetter) -> list[str]:
    """Return the keys under which the deletion of a ticket, or of a customer's tickets, finds a message."""
    found = [keys.letters_key(letter.ticket_id)] if letter.ticket_id and letter.body is not None else []
    return found + ([keys.customer_letters_key(letter.customer)] if letter.customer else [])


def _expire(key: str) -> Command:
    return ("EXPIRE", key, LETTER_TTL_S)


def _read(letter_id: str) -> Command:
    return ("HMGET", keys.letter_key(letter_id), *encoding.LETTER_FIELDS)


def _read_place(place: Place) -> Command:
    return _read(place[1])
