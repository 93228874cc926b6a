"""Who dies when, and what a message is about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, Protocol

from redis import Redis
from redis.exceptions import RedisError

from ticketrouter.adapters.redis_store.keys import ticket_key
from ticketrouter.domain.errors import MalformedMessageError
from ticketrouter.domain.message import alert_from_json

Ask = tuple[Any, ...]


@lru_cache(10_000)  # a message is asked about when it is sent and each time it is received
def subject_of(body: str) -> str:
    """Return the ticket's id of a ticket's message, the webhook id of an alert's; empty where nobody can tell."""
    try:
        ticket = json.loads(body).get("ticket")
        return str(ticket["ticket_id"]) if ticket else alert_from_json(body).webhook_id
    except (ValueError, KeyError, MalformedMessageError):
        return ""


class States:
    """What Redis says of tickets, while it answers.

    Args:
        url: Of the Redis.
    """

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=1.0)

    def not_final(self, ticket_ids: Iterable[str]) -> set[str]:
        """Return which tickets are on their way; none if it does not answer."""
        asked = list(ticket_ids)
        pipeline = self._redis.pipeline(transaction=False)
        for ticket_id in asked:
            pipeline.hget(ticket_key(ticket_id), "state")
        try:
            states = pipeline.execute()
        except RedisError:
            return set()
        return {each for each, state in zip(asked, states, strict=True) if state not in (b"scored", b"failed")}


@dataclass(frozen=True, slots=True)
class Fate:
    """What an invocation has before it.

    Attributes:
        die_at: The point at which it dies: its number from 1, or its name; 0 for none.
        die_in_ms: After how long it is killed wherever it is; None for not at all.
    """

    die_at: int | str = 0
    die_in_ms: float | None = None


class Kills(Protocol):
    """Decides who dies."""

    def fate(self, function: str) -> Fate:
        """Return what the next invocation of this function has before it."""

    def learn(self, function: str, passed: Sequence[str]) -> None:
        """Hear which points an invocation has passed."""


class NoKills:
    """Nobody dies."""

    def fate(self, function: str) -> Fate:
        return Fate()

    def learn(self, function: str, passed: Sequence[str]) -> None:
        """Nothing to learn."""


ANYWHERE = 0.25  # share of kills that come from outside, at any instruction


class RandomKills:
    """A share of invocations dies: most at a point, as many at each that the last ones have passed; some anywhere.

    Args:
        chance: Decides.
        rates: Share of the invocations that die, by function.
    """

    def __init__(self, chance: Random, rates: Mapping[str, float]) -> None:
        self._chance, self._rates = chance, rates
        self._points: dict[str, int] = {}

    def fate(self, function: str) -> Fate:
        if self._chance.random() >= self._rates.get(function, 0.0):
            return Fate()
        if self._chance.random() < ANYWHERE:
            return Fate(die_in_ms=self._chance.uniform(0.0, 5.0))
        return Fate(die_at=1 + self._chance.randrange(self._points.get(function, 10)))

    def learn(self, function: str, passed: Sequence[str]) -> None:
        self._points[function] = max(len(passed), self._points.get(function, 0) // 2)


class KillOnce:
    """One invocation dies, and nobody else.

    Attributes:
        passed: Points that it has passed, if it lived.
    """

    def __init__(self) -> None:
        self.passed: list[str] = []
        self._armed: tuple[str, int | str] | None = None
        self._watched = ""

    def arm(self, function: str, die_at: int | str) -> None:
        """Let the next invocation of this function die at a point: its number from 1, its name; 0 for none."""
        self.passed, self._armed, self._watched = [], (function, die_at), ""

    def fate(self, function: str) -> Fate:
        if self._armed is None or self._armed[0] != function:
            return Fate()
        self._watched, die_at = self._armed
        self._armed = None
        return Fate(die_at=die_at)

    def learn(self, function: str, passed: Sequence[str]) -> None:
        if function == self._watched:
            self.passed, self._watched = list(passed), ""
