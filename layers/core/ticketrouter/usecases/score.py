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

MAX_SEGMENTS = 24  # one model run each, all in one batch
# A clause ends behind its punctuation, also that of Chinese and Japanese, or at a line end.
_CLAUSE = re.compile(r".*?(?:[.!?;:,…](?=\s)\s*|[。！？、；：，]\s*|\n\s*|\Z)", re.S)
_WORD = re.compile(r"\s*\S+\s*")


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
    """

    def __init__(self, *, scorer: GuardedScorer, store: TicketStore, clock: Clock) -> None:
        self._scorer = scorer
        self._store = store
        self._clock = clock

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
        """Score a text that is not blank."""
        text = clean(text)
        pieces = segments(text)
        started_ms = self._clock.monotonic_ms()
        scores = self._scores([text, *without_each(pieces)])
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


def segments(text: str, limit: int = MAX_SEGMENTS) -> list[str]:
    """Cut a text into at most `limit` pieces: clauses, and the longest of them into words as far as there is room."""
    pieces = _merged([match.group() for match in _CLAUSE.finditer(text) if match.group()], limit)
    whole: set[str] = set()  # pieces of a single word
    while len(pieces) < limit:
        candidates = [index for index, piece in enumerate(pieces) if piece not in whole]
        if not candidates:
            break
        longest = max(candidates, key=lambda index: len(pieces[index]))
        words = _WORD.findall(pieces[longest])
        if len(words) < 2:
            whole.add(pieces[longest])
            continue
        middle = len(words) // 2
        pieces[longest : longest + 1] = ["".join(words[:middle]), "".join(words[middle:])]
    return pieces


def _merged(pieces: Sequence[str], limit: int) -> list[str]:
    """Join neighbours until there are at most `limit`, of even numbers."""
    if len(pieces) <= limit:
        return list(pieces)
    cuts = [round(part * len(pieces) / limit) for part in range(limit + 1)]
    return ["".join(pieces[start:end]) for start, end in pairwise(cuts)]
