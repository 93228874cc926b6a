"""Delivering alerts: leases, secrets, the way out of the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ticketrouter.domain.alert import Alert, DestinationSecret, IncidentFacts
from ticketrouter.domain.incident import Incident
from ticketrouter.domain.listing import ANY_DELIVERY, DeliveryFilter
from ticketrouter.domain.record import Attempt, Condition, Delivery, TicketRecord
from ticketrouter.domain.status import DeliveryStatus


class DeliveryVerdict(StrEnum):
    """What a dispatcher is to do with an alert."""

    SEND = "send"  # the lease is ours
    DONE = "done"  # delivered, exhausted or suppressed before; or its ticket was deleted
    BUSY = "busy"  # another dispatcher is at it, or a digest is to tell it
    LATER = "later"  # the next try is not due yet


@dataclass(frozen=True, slots=True)
class DeliveryClaim:
    """The answer to a claim on a delivery.

    Attributes:
        verdict: What to do.
        attempts: Tries so far.
        wait_s: For BUSY and LATER, how long to leave it alone.
        fallback: Id of the destination that was told in its place; empty for none yet.
        digest_id: The digest that it was left to; empty for none.
    """

    verdict: DeliveryVerdict
    attempts: int
    wait_s: int = 0
    fallback: str = ""
    digest_id: str = ""


class Turn(StrEnum):
    """Whether a message about an incident may go to its destination now."""

    OURS = "ours"
    BUSY = "busy"  # another one is on its way there
    OVERTAKEN = "overtaken"  # the destination was told by a newer one


@dataclass(frozen=True, slots=True)
class DeliveryChanges:
    """Deliveries that changed, oldest change first.

    Attributes:
        deliveries: As they are now.
        cursor: Up to here nothing is missing: `since` of the next call.
        more: Whether there is more already.
    """

    deliveries: list[Delivery]
    cursor: int
    more: bool


class Deliveries(Protocol):
    """Records of deliveries, one per ticket and destination. Every method may raise CacheUnavailableError."""

    def claim(self, alert: Alert, *, token: str, lease_ms: int) -> DeliveryClaim:
        """Take the lease on this delivery; makes the record if it is missing. Judged by the store's clock.

        A replay (`alert.replay` set and not seen before) opens a finished delivery for one more try.
        """

    def record(
        self,
        alert: Alert,
        attempt: Attempt,
        status: DeliveryStatus,
        *,
        token: str,
        retry_in_ms: int | None,
    ) -> bool:
        """Write the outcome of a try and end the lease; False if the lease is no longer ours (nothing is written)."""

    def postpone(self, alert: Alert, *, token: str, in_ms: int) -> bool:
        """End the lease without a try, and allow the next one in `in_ms`; False if the lease is no longer ours."""

    def note_fallback(self, alert: Alert, destination: str) -> None:
        """Note that another destination was told, too."""

    def close(self, alert: Alert, status: DeliveryStatus) -> bool:
        """Give a pending delivery its final status without a try; False if it was final already."""

    def hold(self, alert: Alert, *, token: str, digest_id: str, wait_ms: int | None) -> bool:
        """Leave the alert to a digest and end the lease; False if the lease is no longer ours (nothing is written).

        Args:
            alert: A first try.
            token: Of the lease.
            digest_id: The digest that tells it.
            wait_ms: When to look whether that is on its way; None when it is: the delivery is `suppressed` then.
        """

    def take_turn(self, incident: IncidentFacts, destination: str, *, token: str, lease_ms: int) -> Turn:
        """Ask whether a message about an incident may go out; if so, no other one about it goes there meanwhile."""

    def end_turn(self, incident: IncidentFacts, destination: str, *, token: str, told: bool) -> None:
        """Let others go; `told` if a 2xx came back, whoever's turn it is by now."""

    def tell_instead(self, incident: IncidentFacts, destination: str, *, fallback: str, token: str) -> Turn:
        """Note, unless it is overtaken or another one is on its way, that a fallback is told of an incident, too.

        Args:
            incident: What it is told.
            destination: In whose place.
            fallback: Who is told.
            token: Of our turn, if we have one.
        """

    def told_instead(self, incident: IncidentFacts, destination: str) -> str:
        """Return the fallback that was told of an incident in this one's place; empty for none."""

    def of_ticket(self, about: str, destinations: Sequence[str]) -> list[Delivery]:
        """Return the deliveries about a ticket, or an update of an incident (`Alert.about`), that exist."""

    def of_incident(self, incident: Incident, limit: int) -> list[Delivery]:
        """Return what its newest messages came to, `limit` numbers of them, newest first, in one round trip."""

    def of_tickets(self, records: Sequence[TicketRecord]) -> list[list[Delivery]]:
        """Return the deliveries of each record's alerts, in one round trip."""

    def find(
        self, *, status: DeliveryStatus | None, limit: int, cursor: str | None, where: DeliveryFilter = ANY_DELIVERY
    ) -> tuple[list[Delivery], str | None]:
        """Return recent deliveries, newest first, and the cursor of the next page. A page may be short."""

    def changes(self, since: int | None, limit: int) -> DeliveryChanges:
        """Return what changed after a cursor, about `limit` of them; without one, nothing but the cursor of now."""


class Admission(StrEnum):
    """Whether a destination may be called now."""

    SEND = "send"
    WAIT = "wait"  # it failed again and again, or asked for patience; or somebody else is probing it
    DISABLED = "disabled"  # it answered 410


@dataclass(frozen=True, slots=True)
class Admitted:
    """The answer to the question whether a destination may be called.

    Attributes:
        verdict: What to do.
        wait_s: For WAIT, how long to leave it alone.
        clean: Nothing is held against it, so that nobody needs to know of a success.
    """

    verdict: Admission
    wait_s: int = 0
    clean: bool = True


class DestinationHealth(Protocol):
    """What all dispatchers know of a destination. Every method may raise CacheUnavailableError."""

    def admit(self, destination: str, *, token: str, lease_ms: int, secret_print: str, by_operator: bool) -> Admitted:
        """Ask whether it may be called now. Judged by the store's clock.

        Behind an open breaker one caller at a time is let through when the pause is over, as a probe, for as long as
        `lease_ms`. An operator is let through always. A secret other than the one that was answered 410 enables.
        """

    def answered(self, destination: str) -> None:
        """Forget what is held against it: it answered, be it with a refusal of one message."""

    def failed(self, destination: str, *, slow: bool, wish_s: int) -> None:
        """Count a failure; the third in a row, or a slow one, opens the breaker, each failed probe for twice as long.

        Args:
            destination: Which one.
            slow: It took so long that it held up others.
            wish_s: For how long it asked to be left alone, 0 if it did not.
        """

    def gone(self, destination: str, *, secret_print: str) -> None:
        """Disable it, for as long as it has this secret."""

    def conditions(self, destinations: Sequence[str]) -> list[Condition]:
        """Return what is held against each, in their order."""


class DestinationSecrets(Protocol):
    """Addresses and signing keys; the dispatcher's alone."""

    def get(self, destination_id: str) -> DestinationSecret | None:
        """Return the secret of a destination (cached for minutes)."""


@dataclass(frozen=True, slots=True)
class WebhookReply:
    """A 2xx.

    Attributes:
        status: HTTP status.
        latency_ms: From connect to the end of the reply.
        reply: Its first characters.
    """

    status: int
    latency_ms: float
    reply: str = ""


class WebhookSender(Protocol):
    """The way out of the account."""

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookReply:
        """POST once: no redirect, no retry, a deadline over all of it.

        Raises:
            UnsafeWebhookUrlError: The address is one that must not be called; nothing was sent.
            WebhookGoneError: 410.
            WebhookRejectedError: Another 3xx or 4xx but 408, 425 and 429.
            WebhookUnavailableError: Time-out, connection error, 408, 425, 429, 5xx.
        """
