"""Score one text now, and say which of its pieces made the urgency: leave each out and see what S loses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ticketrouter.domain.errors import NotFoundError
from ticketrouter.domain.score import Score
from ticketrouter.domain.ticket import TICKET_ID, clean
from ticketrouter.ports import Clock, TicketStore
from ticketrouter.usecases.scoring import GuardedScorer

MAX_SEGMENTS = 9  # a run of the model each: with the whole text's ten, five for each of two threads
_CHARS_PER_TOKEN = 5  # a little more than English has: what lies beyond the last token is one piece and weighs nothing
_MAX_CLAUSES = 64  # bounds the time that joining takes
# A clause ends behind its punctuation, also that of Chinese and Japanese, or at a line end.
_CLAUSE = re.compile(r".*?(?:[.!?;:,…](?=\s)\s*|[。！？、；：，]\s*|\n\s*|\Z)", re.S)
# White space before a word belongs to it at the beginning alone: else a long run of it is read again from each place.
_WORD = re.compile(r"(?:^\s+)?\S+\s*")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text.

    Attributes:
        text: All pieces joined are the text.
        weight: What S loses without it; negative where the piece lowers S.
    """

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class ScoredText:
    """A verdict with its pieces.

    Attributes:
        score: The verdict on the whole text.
        segments: Its pieces in order.
        latency_ms: How long the models took for all of it.
    """

    score: Score
    segments: list[Segment]
    latency_ms: float


class ScoreText:
    """Stateless scoring.

    Args:
        scorer: The models behind their breaker.
        store: Records, to score a ticket by its id.
        clock: Time.
        max_tokens: What the models read of a text.
    """

    def __init__(self, *, scorer: GuardedScorer, store: TicketStore, clock: Clock, max_tokens: int = 128) -> None:
        self._scorer = scorer
        self._store = store
        self._clock = clock
        self._read_chars = max_tokens * _CHARS_PER_TOKEN

    @property
    def model_version(self) -> str:
        """Return the version of the loaded bundle."""
        return self._scorer.model_version

    def ticket(self, ticket_id: str) -> ScoredText:
        """Score the text of a ticket again; its record stays as it is.

        Raises:
            NotFoundError: There is no such ticket.
            CacheUnavailableError: The store did not answer.
        """
        record = self._store.get(ticket_id) if TICKET_ID.fullmatch(ticket_id) else None
        if record is None:
            raise NotFoundError("there is no ticket with this id")
        return self.text(record.item.ticket.text)

    def text(self, text: str) -> ScoredText:
        """Score a text that is not blank, as a ticket of it would be scored; its pieces are those of the given text."""
        pieces = segments(text, read_chars=self._read_chars)
        started_ms = self._clock.monotonic_ms()
        scores = self._scores([clean(variant) for variant in (text, *without_each(pieces))])
        latency_ms = self._clock.monotonic_ms() - started_ms
        whole = scores[0].urgency_score
        weighted = [
            Segment(piece, round(whole - score.urgency_score, 4))
            for piece, score in zip(pieces, scores[1:], strict=True)
        ]
        return ScoredText(scores[0], weighted, latency_ms)

    def _scores(self, texts: Sequence[str]) -> list[Score]:
        scores = self._scorer.score(texts)
        known = [score for score in scores if score is not None]
        if len(known) == len(texts):
            return known
        # One text broke the model: judge all by words, for a weight must compare like with like.
        return self._scorer.by_words(texts)


def without_each(pieces: Sequence[str]) -> list[str]:
    """Return the text without its first piece, without its second, and so on."""
    return ["".join((*pieces[:index], *pieces[index + 1 :])) for index in range(len(pieces))]


def segments(text: str, limit: int = MAX_SEGMENTS, read_chars: int = 640) -> list[str]:
    """Cut a text into at most `limit` pieces: clauses, short ones joined, long ones halved between words.

    Cut at white space or behind punctuation alone, so that no letter loses its marks and no emoji its parts.

    Args:
        text: Anything; the pieces joined are the same text.
        limit: At least 2.
        read_chars: What lies beyond about so many characters is one piece, the last.
    """
    cut = _end_of_word(text, read_chars) if len(text) > read_chars else len(text)
    head, tail = text[:cut], text[cut:]
    room = limit - 1 if tail else limit
    pieces = _joined([match.group() for match in _CLAUSE.finditer(head) if match.group()], room)
    while pieces and len(pieces) < room:
        words = [_WORD.findall(piece) for piece in pieces]
        longest = max(range(len(pieces)), key=lambda index: len(words[index]))
        if (count := len(words[longest])) < 2:
            break
        halves = words[longest][: count // 2], words[longest][count // 2 :]
        pieces[longest : longest + 1] = ["".join(half) for half in halves]
    return [*pieces, tail] if tail else pieces


def _end_of_word(text: str, chars: int) -> int:
    """Return where the first word ends that reaches beyond so many characters."""
    space = _SPACE.search(text, chars)
    return space.end() if space else len(text)


def _joined(clauses: Sequence[str], limit: int) -> list[str]:
    """Join the shortest with its shorter neighbour until there are at most `limit`."""
    pieces = _evenly(clauses, _MAX_CLAUSES)
    while len(pieces) > limit:
        lengths = [len(piece) for piece in pieces]
        at = lengths.index(min(lengths))
        if at == len(pieces) - 1 or (at and lengths[at - 1] < lengths[at + 1]):
            at -= 1
        pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
    return pieces


def _evenly(pieces: Sequence[str], limit: int) -> list[str]:
    """Join neighbours until there are at most `limit`, of even numbers."""
    if len(pieces) <= limit:
        return list(pieces)
    cuts = [round(part * len(pieces) / limit) for part in range(limit + 1)]
    return ["".join(pieces[start:end]) for start, end in pairwise(cuts)]
