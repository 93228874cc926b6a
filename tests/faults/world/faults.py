"""What can go wrong at a call of a port, and who makes it go wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ticketrouter.adapters.memory import MemoryClock
from ticketrouter.domain.errors import (
    CacheUnavailableError,
    InferenceError,
    QueueUnavailableError,
    WebhookUnavailableError,
)
from ticketrouter.usecases.posting import LEASE_MS

STALL_S = LEASE_MS / 1_000 + 5  # longer than any lease


class Killed(BaseException):
    """The process dies here."""


class Fault(StrEnum):
    """What happens at a call."""

    DIES_BEFORE = "dies before"
    DIES_AFTER = "dies after"
    REPLY_LOST = "done, but the reply is lost"
    TIMEOUT = "not done, and no reply"
    STALLS = "the process stands still for longer than its lease, then calls"
    MEANWHILE = "other processes work, then it calls"


@dataclass(frozen=True)
class Plan:
    """What goes wrong in one invocation.

    Attributes:
        at: Number of the call, from 0, to what happens there.
        meanwhile: What other processes do where the plan says so.
        only: Beginnings of the names of the calls that count.
    """

    at: Mapping[int, Fault] = field(default_factory=dict)
    meanwhile: tuple[Any, ...] = ()
    only: tuple[str, ...] = ("",)

    def __repr__(self) -> str:
        faults = ", ".join(f"{number}: {fault.name}" for number, fault in self.at.items())
        return f"Plan({{{faults}}}{f', {self.meanwhile}' if self.meanwhile else ''})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # hypothesis asks for it
        printer.text(repr(self))


NOTHING = Plan()
Watch = Callable[[str, tuple[Any, ...], Any], None]  # name of the call, arguments, result or Fault


class Faults:
    """Stands between the processes and their ports; invocations may be nested, for one may be held up by another.

    Args:
        clock: Time, which a stall lets pass.

    Attributes:
        do: Carries out what other processes do meanwhile.
        watch: Told of each call that was done.
        counts: Faults by kind.
        points: Where processes died.
    """

    def __init__(self, clock: MemoryClock) -> None:
        self._clock = clock
        self._running: list[tuple[Plan, Iterator[int]]] = []
        self.do: Callable[[Any], None] = lambda action: None
        self.watch: Watch = lambda name, args, result: None
        self.counts: Counter[str] = Counter()
        self.points: Counter[str] = Counter()

    @contextmanager
    def invocation(self, plan: Plan) -> Iterator[None]:
        """Let one process run with a plan against it."""
        self._running.append((plan, iter(range(1_000_000))))
        try:
            yield
        finally:
            self._running.pop()

    def port(self, name: str, real: Any) -> Any:
        """Return a port through which faults come."""
        return _Port(self, name, real)

    def call(self, name: str, method: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Make a call, or what the plan makes of it."""
        if not self._running or name in _NO_CALL:
            return method(*args, **kwargs)
        plan, numbers = self._running[-1]
        if not name.startswith(plan.only):
            return method(*args, **kwargs)
        fault = plan.at.get(next(numbers))
        if fault is not None:
            self.counts[fault.name.lower()] += 1
        match fault:
            case Fault.DIES_BEFORE:
                self._die(f"before {name}")
            case Fault.TIMEOUT:
                return _no_reply(name, args)
            case Fault.STALLS:
                self._clock.advance(STALL_S)
            case Fault.MEANWHILE:
                for action in plan.meanwhile:
                    self.do(action)
        result = method(*args, **kwargs)
        self.watch(name, args, result)
        match fault:
            case Fault.DIES_AFTER:
                self._die(f"after {name}")
            case Fault.REPLY_LOST:
                return _no_reply(name, args)
        return result

    def _die(self, point: str) -> None:
        self.points[point] += 1
        raise Killed(point)


_NO_CALL = {"destinations.all", "secrets.get"}  # cached documents


def _no_reply(name: str, args: tuple[Any, ...]) -> Any:
    """Do what an adapter does that has waited in vain."""
    match name:
        case "scorer.score":
            raise InferenceError("the model failed")
        case "queue.send" | "alerts.send":
            return list(range(len(args[0])))
        case "queue.send_raw":
            return False
        case "sender.send":
            raise WebhookUnavailableError("no reply in time")
        case "queue.depths":
            raise QueueUnavailableError("no reply in time")
        case "visibility.delay":
            return None  # best effort
    raise CacheUnavailableError("no reply in time")


class _Port:
    def __init__(self, faults: Faults, name: str, real: Any) -> None:
        self._faults, self._name, self._real = faults, name, real

    def __getattr__(self, method: str) -> Any:
        bound, call = getattr(self._real, method), f"{self._name}.{method}"
        return lambda *args, **kwargs: self._faults.call(call, bound, args, kwargs)
