"""One try to bring an alert to its destination: may it be called now, what is written, and what its answer means."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

from ticketrouter.domain.alert import Alert, Destination, DestinationSecret
from ticketrouter.domain.backoff import SLOW_MS, pause_wish_s, retry_delay_s
from ticketrouter.domain.errors import (
    CacheUnavailableError,
    DestinationDisabledError,
    RouterError,
    UnknownDestinationError,
    WebhookGoneError,
    WebhookRejectedError,
    WebhookUnavailableError,
)
from ticketrouter.domain.payload import body_for
from ticketrouter.domain.record import Attempt
from ticketrouter.domain.signature import signed_headers
from ticketrouter.ports import (
    Admission,
    Admitted,
    Clock,
    DestinationHealth,
    Destinations,
    DestinationSecrets,
    Randomness,
    WebhookReply,
    WebhookSender,
)

LEASE_MS = 20_000  # a POST may take 10 s; the rest is for the record and a slow machine
# Without a destination in the documents: long enough (155 s) for every cached copy of them to be renewed.
MAX_TRIES_UNKNOWN = 4
USER_AGENT = "ticket-router/1"


@dataclass(frozen=True, slots=True)
class Paused:
    """The destination is left alone for now: there was no try."""

    wait_s: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A try and its outcome.

    Attributes:
        attempt: The try.
        delay_s: In how many seconds the next is due; None if there is none.
        failure: Why it failed; None on success.
        slow: It took so long that it held up others.
    """

    attempt: Attempt
    delay_s: int | None = None
    failure: RouterError | None = field(default=None, repr=False)

    @property
    def slow(self) -> bool:
        """Tell whether it took so long that it held up others."""
        return self.attempt.latency_ms >= SLOW_MS


def write(
    alert: Alert, destination: Destination, secret: DestinationSecret, *, now_ms: int, public_url: str
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of the POST that brings an alert to its destination.

    Raises:
        MissingSettingError: A signing key is none.
    """
    body = body_for(alert, destination.kind, now_ms=now_ms, public_url=public_url, routing_key=secret.routing_key)
    headers = {"content-type": "application/json", "user-agent": USER_AGENT}
    if destination.kind == "generic":  # chats take no signature: their address is the secret
        headers |= signed_headers(alert.webhook_id, now_ms // 1_000, body, secret.signing_keys)
    return headers, body


class Poster:
    """The one try.

    Args:
        destinations: Of which kind a destination is.
        secrets: Addresses and signing keys.
        health: What all dispatchers know of it.
        sender: The way out.
        clock: Time.
        randomness: Jitter.
        public_url: Where people open a ticket; empty for no link.
    """

    def __init__(
        self,
        *,
        destinations: Destinations,
        secrets: DestinationSecrets,
        health: DestinationHealth,
        sender: WebhookSender,
        clock: Clock,
        randomness: Randomness,
        public_url: str,
    ) -> None:
        self._destinations = destinations
        self._secrets = secrets
        self._health = health
        self._sender = sender
        self._clock = clock
        self._randomness = randomness
        self._public_url = public_url

    def destination_of(self, alert: Alert) -> Destination | None:
        """Return what the documents say of the alert's destination."""
        return next((known for known in self._destinations.all() if known.id == alert.destination), None)

    def look_up(self, alert: Alert) -> tuple[Destination | None, DestinationSecret | None]:
        """Return what both documents say of the alert's destination.

        Raises:
            MissingSettingError: One of them cannot be read.
        """
        return self.destination_of(alert), self._secrets.get(alert.destination)

    def post(self, alert: Alert, *, token: str, tries: int) -> tuple[Tried | Paused, Admitted]:
        """Make the try, if the destination may be called now.

        Args:
            alert: What to tell.
            token: Of the lease on the delivery.
            tries: How many there will be with this one.
        """
        destination, secret = self.look_up(alert)
        if destination is None or secret is None:
            error = UnknownDestinationError("no such destination, or no address for it")
            delay_s = self._delay_s(alert, tries, None) if tries < MAX_TRIES_UNKNOWN else None
            return self._failed(error, self._clock.monotonic_ms(), delay_s), Admitted(Admission.SEND)
        admitted = self._health.admit(
            destination.id,
            token=token,
            lease_ms=LEASE_MS,
            secret_print=secret.fingerprint,
            by_operator=bool(alert.replay) or alert.test,
        )
        match admitted.verdict:
            case Admission.WAIT:
                # Not all in the same second: the first one is the probe, and the others need its answer.
                return Paused(admitted.wait_s + int(10 * self._randomness.uniform())), admitted
            case Admission.DISABLED:
                disabled = DestinationDisabledError("it answered 410 before")
                return self._failed(disabled, self._clock.monotonic_ms(), None), admitted
            case Admission.SEND:
                return self._post(alert, destination, secret, tries), admitted

    def _post(self, alert: Alert, destination: Destination, secret: DestinationSecret, tries: int) -> Tried:
        began_ms = self._clock.monotonic_ms()
        try:
            reply = self._send(alert, destination, secret)
        except WebhookUnavailableError as error:
            return self._failed(error, began_ms, self._delay_s(alert, tries, error.retry_after_s))
        except WebhookRejectedError as error:  # gone and unsafe too
            return self._failed(error, began_ms, None)
        return Tried(Attempt(self._clock.now_ms(), self._since(began_ms), reply.status, reply=reply.reply))

    def _send(self, alert: Alert, destination: Destination, secret: DestinationSecret) -> WebhookReply:
        now_ms = self._clock.now_ms()
        headers, body = write(alert, destination, secret, now_ms=now_ms, public_url=self._public_url)
        return self._sender.send(secret.url, headers, body)

    def _failed(self, error: RouterError, began_ms: float, delay_s: int | None) -> Tried:
        status, reply = getattr(error, "status", None), getattr(error, "reply", "")
        attempt = Attempt(self._clock.now_ms(), self._since(began_ms), status, error.code, reply)
        return Tried(attempt, delay_s, error)

    def _since(self, began_ms: float) -> float:
        return round(self._clock.monotonic_ms() - began_ms, 1)

    def _delay_s(self, alert: Alert, tries: int, retry_after_s: int | None) -> int | None:
        if alert.replay or alert.test:  # an operator asked for one try and looks at its outcome
            return None
        return retry_delay_s(tries, uniform=self._randomness.uniform(), retry_after_s=retry_after_s)

    def tell_health(self, alert: Alert, tried: Tried, admitted: Admitted) -> None:
        """Let all dispatchers know how the destination fared, after the outcome is recorded: it is the less important.

        If the store goes away just now, the next try finds out anew.
        """
        with contextlib.suppress(CacheUnavailableError):
            match tried.failure:
                case UnknownDestinationError() | DestinationDisabledError():
                    pass  # it was not called
                case WebhookGoneError():
                    secret = self._secrets.get(alert.destination)
                    if secret is not None:
                        self._health.gone(alert.destination, secret_print=secret.fingerprint)
                case WebhookUnavailableError() as error:
                    wish_s = pause_wish_s(error.retry_after_s)
                    self._health.failed(alert.destination, slow=tried.slow, wish_s=wish_s)
                case _ if not admitted.clean:
                    self._health.answered(alert.destination)
