"""States of a ticket and of a delivery. They only ever move forward; an operator's redrive is the one exception."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a record is. `SENDING` is ours alone: clients read it as accepted."""

    SENDING = "sending"
    QUEUED = "queued"
    SCORED = "scored"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Tell whether nothing but a redrive changes this state."""
        return self in (State.SCORED, State.FAILED)

    @property
    def status(self) -> str:
        """Return the word that clients see: accepted, scored or failed."""
        return self.value if self.is_final else "accepted"


class Lane(StrEnum):
    """Which queue a ticket waits in."""

    EXPRESS = "express"
    STANDARD = "standard"


class DeliveryStatus(StrEnum):
    """How far one alert got with one destination."""

    PENDING = "pending"
    DELIVERED = "delivered"
    EXHAUSTED = "exhausted"
    SUPPRESSED = "suppressed"
