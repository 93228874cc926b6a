"""Receivers of webhooks on any clock: each answers as its name in the URL says, and remembers what it accepted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from ticketrouter.domain.errors import WebhookGoneError, WebhookRejectedError, WebhookUnavailableError
from ticketrouter.ports import Clock, WebhookReply

DEADLINE_S = 10.0  # Source: adapters.webhook_http.DEADLINE_MS


def url_of(destination: str, behaviour: str) -> str:
    return f"https://{behaviour}.example.com/{destination}"


class Waits(Protocol):
    """A time in which one can wait."""

    def monotonic_ms(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class AtOnce:
    """A clock on which waiting takes no time: for receivers that answer many at once."""

    def __init__(self, clock: Clock) -> None:
        self.monotonic_ms = clock.monotonic_ms

    def sleep(self, seconds: float) -> None:
        """Go on at once."""


@dataclass
class Receivers:
    """A WebhookSender behind which are receivers.

    Attributes:
        tries: POSTs by destination.
        accepted_ms: When each message was accepted, by destination and webhook id.
        recovers_at_ms: When those with `until-hour` in their name are well again.
    """

    time: Waits
    chance: Random
    recovers_at_ms: float = 6 * 3_600_000
    tries: Counter[str] = field(default_factory=Counter)
    accepted_ms: dict[str, defaultdict[str, list[float]]] = field(default_factory=dict)

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookReply:
        behaviour, _, rest = url.removeprefix("https://").partition(".")
        destination = rest.partition("/")[2]
        self.tries[destination] += 1
        match behaviour:
            case "hang" | "drip":
                self.time.sleep(DEADLINE_S)
                raise WebhookUnavailableError("no reply in time")
            case "reset":
                raise WebhookUnavailableError("no connection")
            case "error-until-hour" if self.time.monotonic_ms() < self.recovers_at_ms:
                self._take(20, 80)
                raise WebhookUnavailableError(status=500)
            case "busy":
                self._take(20, 80)
                raise WebhookUnavailableError(status=429, retry_after_s=30)
            case "refuses":
                raise WebhookRejectedError("no", status=400)
            case "gone":
                raise WebhookGoneError("gone", status=410)
            case "flaky" if self.chance.random() < 0.2:
                self._take(20, 80)
                raise WebhookUnavailableError(status=503)
            case "seldom-flaky" if self.chance.random() < 0.05:
                self._take(20, 80)
                raise WebhookUnavailableError(status=503)
        self._take(50, 300)
        by_id = self.accepted_ms.setdefault(destination, defaultdict(list))
        by_id[headers["webhook-id"]].append(self.time.monotonic_ms())
        return WebhookReply(200, 0.0)

    def _take(self, least_ms: float, most_ms: float) -> None:
        self.time.sleep(self.chance.uniform(least_ms, most_ms) / 1_000)
