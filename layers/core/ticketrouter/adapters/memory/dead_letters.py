"""Dead letters in memory."""

from __future__ import annotations

from collections.abc import Sequence

from ticketrouter.adapters.memory.state import MemoryState
from ticketrouter.domain.listing import ANY_LETTER, LetterFilter, decode_cursor, encode_cursor
from ticketrouter.domain.record import DeadLetter


class MemoryDeadLetters:
    """The twin of `RedisDeadLetters`.

    Args:
        state: What the twins share.
    """

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    def keep(self, letter: DeadLetter) -> None:
        """Keep it; the same id again replaces it."""
        with self._state.open():
            self._state.letters[letter.id] = letter

    def find(
        self, *, limit: int, cursor: str | None, where: LetterFilter = ANY_LETTER
    ) -> tuple[list[DeadLetter], str | None]:
        """Return dead letters, newest first."""
        with self._state.open():
            before = decode_cursor("dead-letters", cursor) if cursor else None
            wanted = filter(where.keeps, self._state.letters.values())
            places = sorted(((x.at_ms, x.id) for x in wanted), reverse=True)
            left = [place for place in places if before is None or place < before]
            more = encode_cursor("dead-letters", *left[limit - 1]) if len(left) > limit else None
            return [self._state.letters[letter_id] for _, letter_id in left[:limit]], more

    def get_many(self, ids: Sequence[str]) -> list[DeadLetter | None]:
        """Return dead letters in the order of the ids."""
        with self._state.open():
            return [self._state.letters.get(letter_id) for letter_id in ids]

    def of_customer(self, customer: str) -> list[str]:
        """Return ids of the letters that are messages with a customer's words."""
        with self._state.open():
            return sorted(one.id for one in self._state.letters.values() if customer and one.customer == customer)

    def remove(self, ids: Sequence[str]) -> None:
        """Forget them."""
        with self._state.open():
            for letter_id in ids:
                self._state.letters.pop(letter_id, None)
