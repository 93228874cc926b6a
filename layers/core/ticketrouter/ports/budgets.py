"""Alert budgets: how many messages a destination takes in an hour, and the digest of those above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ticketrouter.domain.alert import Alert


@dataclass(frozen=True, slots=True)
class Held:
    """The digest that an alert is in.

    Attributes:
        digest_id: Name of the digest.
        due_in_ms: In how many milliseconds it is due; 0 if it is already.
        told: Whether it is on the alert queue: then nothing is left to be done for the alert.
    """

    digest_id: str
    due_in_ms: int
    told: bool


@dataclass(frozen=True, slots=True)
class ClosedDigest:
    """A digest that takes no more alerts.

    Attributes:
        destination: Whom it is for.
        since_ms: When it was begun, Unix time in milliseconds; with the destination, its name.
        until_ms: When it was closed.
        gap_ms: How long after that the next one is due at the latest.
        count: Alerts in it.
        top: `about` of the most urgent alerts, the most urgent one first.
    """

    destination: str
    since_ms: int
    until_ms: int
    gap_ms: int
    count: int
    top: tuple[str, ...]


class Budgets(Protocol):
    """One budget and at most one open digest a destination. Every method may raise CacheUnavailableError."""

    def spend(self, alert: Alert, limit: int) -> Held | None:
        """Take the alert out of the budget of the last hour: None if it may go out singly, else the digest it is in.

        Asked once more about the same alert, the answer is the same, whatever else happened: a dispatcher that was
        killed between question and deed neither pays twice nor puts an alert into a second digest.

        Args:
            alert: A first try.
            limit: Messages an hour.
        """

    def used(self, destinations: Sequence[str]) -> list[int]:
        """Return how many messages each was sent within the last hour out of its budget, in their order."""

    def destinations(self) -> list[str]:
        """Return every destination whose budget was ever asked for."""

    def close(self, destination: str) -> ClosedDigest | None:
        """Close the open digest if it is due; return the closed one, again and again until it is told."""

    def told(self, digest: ClosedDigest) -> None:
        """Note that this digest is on the alert queue."""
