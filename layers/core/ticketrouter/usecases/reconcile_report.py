"""What the reconciler did, for logs and metrics."""

from __future__ import annotations

from dataclasses import dataclass, field

from ticketrouter.domain.alert import Alert
from ticketrouter.domain.record import DeadLetter


@dataclass(slots=True)
class ReconcileReport:
    """What became of a batch of dead letters, or of a sweep.

    Attributes:
        failed: Ids of the messages that must come back; none after a sweep.
        resent: Ids of tickets that are on their lane again.
        overdue: Ids of tickets that were found past their deadline and not final.
        given_up: Ids of tickets that were made `failed`.
        kept: Messages kept for an operator because nobody can work on them.
        exhausted: Alerts whose delivery was given up.
        alerted: Ids of scored tickets whose alerts had never been queued and now are.
        store_unavailable: The work was cut short because the store was away.
        queue_unavailable: Something that was to be queued is not known to be.
    """

    failed: list[str] = field(default_factory=list)
    resent: list[str] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    kept: list[DeadLetter] = field(default_factory=list)
    exhausted: list[Alert] = field(default_factory=list)
    alerted: list[str] = field(default_factory=list)
    store_unavailable: bool = False
    queue_unavailable: bool = False
