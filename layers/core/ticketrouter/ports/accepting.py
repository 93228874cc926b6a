"""Accepting tickets: the claim on an id, and the two lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ticketrouter.domain.message import WorkItem
from ticketrouter.domain.status import Lane, State


class ClaimOutcome(StrEnum):
    """What became of the attempt to accept a ticket."""

    NEW = "new"  # ours: send it
    TAKEN_OVER = "taken-over"  # its first owner died before the send was confirmed: ours now, send it
    DUPLICATE = "duplicate"  # accepted before, same content
    IN_PROGRESS = "in-progress"  # somebody is sending it right now
    CONFLICT = "conflict"  # the id is taken by other content


@dataclass(frozen=True, slots=True)
class Claim:
    """The answer to one claim; of an earlier acceptance where there was one.

    Attributes:
        outcome: What became of it.
        item: The work item as the record holds it: the first acceptance's time, lane and provisional score.
        token: Proof of ownership, for `confirm` and `release`.
        state: State of the record after the claim.
        retry_after_s: For IN_PROGRESS, when the lease ends.
    """

    outcome: ClaimOutcome
    item: WorkItem
    token: str
    state: State
    retry_after_s: int | None = None

    @property
    def owned(self) -> bool:
        """Tell whether the caller must send the item."""
        return self.outcome in (ClaimOutcome.NEW, ClaimOutcome.TAKEN_OVER)


class Claims(Protocol):
    """The one record per ticket id: first come, first accepted."""

    def claim(self, items: Sequence[WorkItem], *, key_id: str, token: str) -> list[Claim]:
        """Claim every item in one round trip, rate limit included; `sending` with a lease where it is ours.

        Items of one call have different ids. The lease is judged by the store's clock.

        Raises:
            RateLimitedError: The key has no rate left for so many items; nothing stays claimed.
            CacheUnavailableError: No answer in time, or the breaker is open.
        """

    def confirm(self, claims: Sequence[Claim]) -> None:
        """Move owned claims from `sending` to `queued`; a claim that is no longer ours is left alone.

        Raises:
            CacheUnavailableError: The records stay `sending`; a retry, the worker or the reconciler moves them on.
        """


class WorkQueue(Protocol):
    """The two lanes."""

    def send(self, items: Sequence[WorkItem], *, delays_s: Sequence[int] = ()) -> list[int]:
        """Send each item to its lane; return the positions of those that are not known to be queued.

        Never raises: an outage is all positions. An item whose outcome is unknown may be queued all the same.

        Args:
            items: What to send.
            delays_s: For each, after how many seconds (0 to 900) it may be received; empty for at once.
        """

    def send_raw(self, lane: Lane, body: str, *, delay_s: int = 0) -> bool:
        """Put a body on a lane as it is (redrive of an unreadable message); tell whether it is known to be queued."""

    def depths(self) -> dict[Lane, QueueDepth]:
        """Return what waits in each lane.

        Raises:
            QueueUnavailableError: SQS did not say.
        """


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """Approximate counts, as SQS gives them."""

    waiting: int
    in_flight: int
