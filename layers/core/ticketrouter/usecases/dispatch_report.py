"""What became of a batch of alerts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ticketrouter.domain.alert import Alert
from ticketrouter.domain.message import Received
from ticketrouter.domain.record import Attempt


class Ending(StrEnum):
    """What became of a message in this batch."""

    DELIVERED = "delivered"
    RETRIED = "retried"  # the try failed, another is due
    EXHAUSTED = "exhausted"  # the try failed, and it was the last
    DONE = "done"  # was final before
    WAITING = "waiting"  # somebody else is at it, or its time has not come
    PAUSED = "paused"  # its destination is being left alone; no try was used up
    UNTOLD = "untold"  # its fallback is to be told first, and the queue did not take that message: all again, soon
    HELD = "held"  # over its destination's budget: it waits until the digest that tells it is on its way
    DIGESTED = "digested"  # and that is on its way now
    OVERTAKEN = "overtaken"  # its destination knows something newer of the incident: not sent
    LEASE_LOST = "lease-lost"  # our try took so long that its outcome no longer counts
    MALFORMED = "malformed"  # kept as a dead letter
    OUT_OF_TIME = "out-of-time"  # not begun: the function had no time left for it
    STORE_AWAY = "store-away"  # not known to be done, for the store did not answer

    @property
    def leaves_queue(self) -> bool:
        """Tell whether the message is taken off the queue."""
        return self in _LEAVING


_LEAVING = frozenset(
    (Ending.DELIVERED, Ending.EXHAUSTED, Ending.DIGESTED, Ending.OVERTAKEN, Ending.DONE, Ending.MALFORMED)
)


@dataclass(frozen=True, slots=True)
class Handled:
    """One message and what became of it.

    Attributes:
        message: The message.
        ending: What became of it.
        alert: None where it could not be read, or was not.
        attempt: The try that was made, if one was.
        tries: How many there were for this delivery, this one included.
        delay_s: For how long it was hidden; None where the queue's own time stands.
        fallback: Id of the destination that was told in its place just now; empty for none.
        digest_id: The digest that tells it instead of a message of its own; empty for none.
    """

    message: Received
    ending: Ending
    alert: Alert | None = None
    attempt: Attempt | None = None
    tries: int = 0
    delay_s: int | None = None
    fallback: str = ""
    digest_id: str = ""


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """What became of a batch; one entry a message, in its order."""

    handled: list[Handled] = field(default_factory=list)

    @property
    def failed(self) -> list[str]:
        """Return the ids of the messages that must come back."""
        return [entry.message.message_id for entry in self.handled if not entry.ending.leaves_queue]

    def ended(self, *endings: Ending) -> list[Handled]:
        """Return the messages that ended so."""
        return [entry for entry in self.handled if entry.ending in endings]
