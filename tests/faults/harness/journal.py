"""What happened in a run, one event a line, in the order in which it happened.

Events are what somebody outside could have seen: clients, SQS, receivers, the one who kills. What the store says in the
end is observed, too. `invariants` judges nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

Event = dict[str, Any]


class Kind(StrEnum):
    """Every kind of event, with the facts that it has beside `kind` and `at_ms`."""

    POSTED = "posted"  # key (what makes it the same ticket to its client)
    ANSWERED = "answered"  # key, status (HTTP), ticket_id, duplicate
    QUEUED = "queued"  # ticket_id: on one of the lanes
    INVOKED = "invoked"  # function, messages, failed (as answered: a list, or None), unfinished, elapsed_ms, timeout_ms
    POISON = "poison"  # ticket_id: the model fails on it
    FINAL = "final"  # ticket_id, epoch, state, outcome (a digest of all that must not change), attempts, reason
    ALERT_DUE = "alert-due"  # ticket_id, webhook_id, fallback_id (webhook id at its fallback; empty for none)
    ALERT_QUEUED = "alert-queued"  # webhook_id
    ACCEPTED = "accepted"  # webhook_id: a receiver said yes
    DELIVERY = "delivery"  # webhook_id, status: what the store says in the end; told_by (webhook id of its digest)
    KILLED = "killed"  # function, point, unrecorded (webhook id of a yes that was not written down yet; else empty)
    REDIS_RESTARTED = "redis-restarted"  # kept: whether its writes survived
    REDRIVEN = "redriven"  # ticket_id: sent once more, though it was done


class Journal:
    """The events of one run.

    Args:
        events: Those of an earlier run.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._events: list[Event] = list(events)

    def note(self, kind: Kind, at_ms: float, **facts: Any) -> None:
        """Write down an event; `facts` as `Kind` says."""
        self._events.append({"kind": kind, "at_ms": at_ms, **facts})

    def __iter__(self) -> Iterator[Event]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def of(self, *kinds: Kind) -> Iterator[Event]:
        """Return the events of these kinds, in order."""
        return (event for event in self._events if event["kind"] in kinds)

    def write(self, path: Path) -> None:
        """Write all events to a file, one a line."""
        with path.open("w") as file:
            file.writelines(f"{json.dumps(event)}\n" for event in self._events)


def read(path: Path) -> Journal:
    """Read the journal of an earlier run."""
    with path.open() as file:
        return Journal(json.loads(line) for line in file)
