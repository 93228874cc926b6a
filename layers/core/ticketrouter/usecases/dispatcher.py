"""Bring alerts to people: claim, write, sign, POST, record, and come back later if that failed.

A delivery is done when a 2xx came back, and only then. The lease keeps two dispatchers apart, the compare-and-set of
`record` keeps a late one from overwriting a newer outcome, and a message leaves the queue only when its delivery is
final: killed anywhere, the alert comes back. It can double only if the kill falls between the POST and its record, and
then receivers drop it by its constant `webhook-id`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ticketrouter.domain.alert import Alert
from ticketrouter.domain.backoff import outage_delay_s, retry_delay_s
from ticketrouter.domain.errors import (
    CacheUnavailableError,
    MalformedMessageError,
    UnknownDestinationError,
    WebhookRejectedError,
    WebhookUnavailableError,
)
from ticketrouter.domain.message import Received, alert_from_json
from ticketrouter.domain.payload import body_for
from ticketrouter.domain.record import Attempt, DeadLetter
from ticketrouter.domain.signature import signed_headers
from ticketrouter.domain.status import DeliveryStatus
from ticketrouter.ports import (
    Clock,
    DeadLetters,
    Deliveries,
    DeliveryVerdict,
    Destinations,
    DestinationSecrets,
    Randomness,
    Visibility,
    WebhookSender,
)

LEASE_MS = 20_000  # a POST may take 10 s; the rest is for the record and a slow machine
TRY_BUDGET_MS = 12_000  # less time than this left, and a try might be cut off between POST and record
LOST_LEASE_DELAY_S = 5
# Without a destination in the documents: long enough (155 s) for every cached copy of them to be renewed.
MAX_TRIES_UNKNOWN = 4
USER_AGENT = "ticket-router/1"


class Ending(StrEnum):
    """What became of a message in this batch."""

    DELIVERED = "delivered"
    RETRIED = "retried"  # the try failed, another is due
    EXHAUSTED = "exhausted"  # the try failed, and it was the last
    DONE = "done"  # was final before
    WAITING = "waiting"  # somebody else is at it, or its time has not come
    LEASE_LOST = "lease-lost"  # our try took so long that its outcome no longer counts
    MALFORMED = "malformed"  # kept as a dead letter
    OUT_OF_TIME = "out-of-time"  # not begun: the function had no time left for it
    STORE_AWAY = "store-away"  # not known to be done, for the store did not answer

    @property
    def leaves_queue(self) -> bool:
        """Tell whether the message is taken off the queue."""
        return self in (Ending.DELIVERED, Ending.EXHAUSTED, Ending.DONE, Ending.MALFORMED)


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
    """

    message: Received
    ending: Ending
    alert: Alert | None = None
    attempt: Attempt | None = None
    tries: int = 0
    delay_s: int | None = None


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


class Dispatcher:
    """The delivery of alerts.

    Args:
        deliveries: Records, leases and logs of tries.
        destinations: Of which kind a destination is.
        secrets: Addresses and signing keys.
        sender: The way out.
        dead_letters: Where messages go that nobody can read.
        visibility: When a message comes back.
        clock: Time.
        randomness: Lease tokens and jitter.
        public_url: Where people open a ticket; empty for no link.
    """

    def __init__(
        self,
        *,
        deliveries: Deliveries,
        destinations: Destinations,
        secrets: DestinationSecrets,
        sender: WebhookSender,
        dead_letters: DeadLetters,
        visibility: Visibility,
        clock: Clock,
        randomness: Randomness,
        public_url: str = "",
    ) -> None:
        self._deliveries = deliveries
        self._destinations = destinations
        self._secrets = secrets
        self._sender = sender
        self._dead_letters = dead_letters
        self._visibility = visibility
        self._clock = clock
        self._randomness = randomness
        self._public_url = public_url

    def dispatch(self, messages: Sequence[Received], *, remaining_ms: Callable[[], float]) -> DispatchReport:
        """Deliver a batch, one after the other.

        Args:
            messages: The batch.
            remaining_ms: How long this invocation may still run.

        Raises:
            MissingSettingError: The documents of the destinations cannot be read. What was delivered before is
                recorded, so the batch may come back.
        """
        report = DispatchReport()
        # Half of a timeout that is shorter than a try may last: some message must have its chance.
        enough_ms = min(TRY_BUDGET_MS, remaining_ms() / 2)
        for position, message in enumerate(messages):
            if remaining_ms() < enough_ms:
                report.handled.append(self._later(message, Ending.OUT_OF_TIME, 0))
                continue
            try:
                report.handled.append(self._handle(message))
            except CacheUnavailableError:
                # Fail closed: nobody knows what was done.
                report.handled.extend(self._store_away(rest) for rest in messages[position:])
                break
        return report

    def _store_away(self, message: Received) -> Handled:
        delay_s = outage_delay_s(message.receive_count)
        if delay_s is None:
            return Handled(message, Ending.STORE_AWAY)
        return self._later(message, Ending.STORE_AWAY, delay_s)

    def _handle(self, message: Received) -> Handled:
        try:
            alert = alert_from_json(message.body)
        except MalformedMessageError as error:
            return self._keep(message, error.code)
        token = self._randomness.token()
        claim = self._deliveries.claim(alert, token=token, lease_ms=LEASE_MS)
        match claim.verdict:
            case DeliveryVerdict.DONE:
                return Handled(message, Ending.DONE, alert, tries=claim.attempts)
            case DeliveryVerdict.BUSY | DeliveryVerdict.LATER:
                return self._later(message, Ending.WAITING, claim.wait_s, alert, tries=claim.attempts)
            case DeliveryVerdict.SEND:
                return self._try(message, alert, token, claim.attempts + 1)

    def _try(self, message: Received, alert: Alert, token: str, tries: int) -> Handled:
        attempt, delay_s = self._post(alert, tries)
        if attempt.error is None:
            status, ending = DeliveryStatus.DELIVERED, Ending.DELIVERED
        elif delay_s is None:
            status, ending = DeliveryStatus.EXHAUSTED, Ending.EXHAUSTED
        else:
            status, ending = DeliveryStatus.PENDING, Ending.RETRIED
        retry_in_ms = None if delay_s is None else delay_s * 1_000
        if not self._deliveries.record(alert, attempt, status, token=token, retry_in_ms=retry_in_ms):
            return self._later(message, Ending.LEASE_LOST, LOST_LEASE_DELAY_S, alert, attempt, tries)
        if delay_s is not None:
            return self._later(message, ending, delay_s, alert, attempt, tries)
        return Handled(message, ending, alert, attempt, tries)

    def _post(self, alert: Alert, tries: int) -> tuple[Attempt, int | None]:
        """Make one try; return it, and in how many seconds the next is due (None: there is none)."""
        began_ms = self._clock.monotonic_ms()
        http_status: int | None = None
        code: str | None = None
        delay_s: int | None = None
        try:
            http_status = self._send(alert)
        except UnknownDestinationError as error:
            code = error.code
            delay_s = self._delay_s(alert, tries, None) if tries < MAX_TRIES_UNKNOWN else None
        except WebhookUnavailableError as error:
            code, http_status = error.code, error.status
            delay_s = self._delay_s(alert, tries, error.retry_after_s)
        except WebhookRejectedError as error:  # gone and unsafe too
            code, http_status = error.code, error.status
        latency_ms = round(self._clock.monotonic_ms() - began_ms, 1)
        return Attempt(self._clock.now_ms(), latency_ms, http_status, code), delay_s

    def _send(self, alert: Alert) -> int:
        destination = next((known for known in self._destinations.all() if known.id == alert.destination), None)
        secret = self._secrets.get(alert.destination)
        if destination is None or secret is None:
            raise UnknownDestinationError("no such destination, or no address for it")
        body = body_for(alert, destination.kind, public_url=self._public_url)
        headers = {"content-type": "application/json", "user-agent": USER_AGENT}
        if destination.kind == "generic":  # chats take no signature: their address is the secret
            timestamp_s = self._clock.now_ms() // 1_000
            headers |= signed_headers(alert.webhook_id, timestamp_s, body, secret.signing_keys)
        return self._sender.send(secret.url, headers, body).status

    def _delay_s(self, alert: Alert, tries: int, retry_after_s: int | None) -> int | None:
        if alert.replay:  # an operator asked for one try and looks at its outcome
            return None
        return retry_delay_s(tries, uniform=self._randomness.uniform(), retry_after_s=retry_after_s)

    def _later(
        self,
        message: Received,
        ending: Ending,
        delay_s: int,
        alert: Alert | None = None,
        attempt: Attempt | None = None,
        tries: int = 0,
    ) -> Handled:
        self._visibility.delay(message, delay_s)
        return Handled(message, ending, alert, attempt, tries, delay_s)

    def _keep(self, message: Received, reason: str) -> Handled:
        """Keep an unreadable message where an operator sees it, rather than let it burn its receives."""
        self._dead_letters.keep(DeadLetter.of_message(message, reason, self._clock.now_ms()))
        return Handled(message, Ending.MALFORMED)
