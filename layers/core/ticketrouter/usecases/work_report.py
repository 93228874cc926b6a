"""What the worker says of a batch."""

from __future__ import annotations

from dataclasses import dataclass, field

from ticketrouter.domain.record import DeadLetter, TicketRecord
from ticketrouter.domain.score import Score
from ticketrouter.usecases.incidents import Grouped


@dataclass(slots=True)
class WorkReport:
    """What became of a batch.

    Attributes:
        failed: Ids of the messages that must come back.
        scored: Records that this batch made final.
        poisoned: Ids of tickets given up.
        dead_lettered: Messages kept for an operator because nobody can work on them.
        retried: Ids of tickets that come back because of their own failure.
        duplicates: Messages of tickets that were final already, or deleted.
        scoring_ms: Time spent in scoring, all groups.
        grouped: What was found of incidents, by group of the batch.
        store_unavailable: The batch was cut short because the store was away.
    """

    failed: list[str] = field(default_factory=list)
    scored: list[tuple[TicketRecord, Score]] = field(default_factory=list)
    poisoned: list[str] = field(default_factory=list)
    dead_lettered: list[DeadLetter] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)
    duplicates: int = 0
    scoring_ms: float = 0.0
    grouped: list[Grouped] = field(default_factory=list)
    store_unavailable: bool = False
