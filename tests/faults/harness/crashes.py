"""Processes that die, and replies that are lost, at any call to a port."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from random import Random
from typing import Any

from tests.faults.harness.dispatchers import Killed
from ticketrouter.domain.errors import CacheUnavailableError, WebhookUnavailableError

STORE = frozenset({"deliveries", "budgets", "health", "dead_letters", "store", "incidents", "log"})


class Crashes:
    """Ends processes before a call has done anything or after it has done all, and loses requests and replies.

    Args:
        chance: Decides.
        kills: Share of calls before which, and as many after which, the process dies.
        losses: Share of calls to the store that end in CacheUnavailableError, every other one with its work done; and
            of the POSTs whose 2xx is lost.

    Attributes:
        points: Where processes died, and how often.
        lost: Calls that were lost.
        unrecorded: By webhook id, how often a receiver said yes and nobody wrote it down.
    """

    def __init__(self, chance: Random, *, kills: float, losses: float) -> None:
        self._chance, self._kills, self._losses = chance, kills, losses
        self._yes: dict[Hashable, str] = {}
        self.points: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.unrecorded: Counter[str] = Counter()

    def through(self, process: Hashable, name: str, port: Any) -> Any:
        """Return the port as one process reaches it."""
        return _Port(self, process, name, port)

    def call(self, process: Hashable, name: str, method: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Make the call, or part of it."""
        self._maybe_kill(process, f"before {name}")
        port = name.partition(".")[0]
        losing = self._losses > 0 and self._chance.random() < self._losses
        if losing and port in STORE and self._chance.random() < 0.5:
            self._lose(process, name, CacheUnavailableError("the request was lost"))
        result = method(*args, **kwargs)
        if name == "sender.send":  # it raises unless a receiver has accepted
            self._yes[process] = args[1]["webhook-id"]
            if losing:
                self._lose(process, name, WebhookUnavailableError("the reply was lost"))
        elif name == "deliveries.record" and result:
            self._yes.pop(process, None)
        elif name == "deliveries.record":
            self._forget_yes(process)
        if losing and port in STORE:
            self._lose(process, name, CacheUnavailableError("the reply was lost"))
        self._maybe_kill(process, f"after {name}")
        return result

    def _lose(self, process: Hashable, name: str, error: Exception) -> None:
        self.lost[name] += 1
        self._forget_yes(process)
        raise error

    def _maybe_kill(self, process: Hashable, point: str) -> None:
        if self._kills and self._chance.random() < self._kills:
            self.points[point] += 1
            self._forget_yes(process)
            raise Killed(point)

    def _forget_yes(self, process: Hashable) -> None:
        webhook_id = self._yes.pop(process, None)
        if webhook_id is not None:
            self.unrecorded[webhook_id] += 1


class _Port:
    def __init__(self, crashes: Crashes, process: Hashable, name: str, port: Any) -> None:
        self._crashes, self._process, self._name, self._port = crashes, process, name, port

    def __getattr__(self, method: str) -> Any:
        bound = getattr(self._port, method)
        return lambda *args, **kwargs: self._crashes.call(self._process, f"{self._name}.{method}", bound, args, kwargs)
