"""The inside of a process that may be killed: real handlers on real adapters; SQS and receivers are in the parent."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from ticketrouter.ports import Clock, WebhookReply

Handler = Callable[[dict[str, Any], Any], Any]
_PR_SET_PDEATHSIG = 1  # Source: prctl(2)


class Line:
    """The child's end of the line to its parent; several threads may ask at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._lock = connection, threading.Lock()

    def next_call(self) -> Any:
        """Wait for the next invocation."""
        return self._connection.recv()

    def tell(self, word: str, *facts: Any) -> None:
        """Tell the parent something that needs no answer."""
        with self._lock:
            self._connection.send((word, *facts))

    def ask(self, word: str, *facts: Any) -> Any:
        """Ask the parent for something; raise what it says is to be raised."""
        with self._lock:
            self._connection.send((word, *facts))
            failure, answer = self._connection.recv()
        if failure is not None:
            raise failure
        return answer


class SqsByLine:
    """A boto3 client for SQS whose calls are the parent's."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda **arguments: self._line.ask("sqs", method, arguments)


class SenderByLine:
    """A WebhookSender whose receivers are the parent's."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookReply:
        reply: WebhookReply = self._line.ask("post", url, dict(headers))
        return reply


class Mortality:
    """Where this process dies: at a named point, which is before or after a call of a port.

    Attributes:
        passed: Points of this invocation so far.
        die_at: Which of them is the last, by its number or by its name; 0 for none.
    """

    def __init__(self, line: Line) -> None:
        self._line, self._lock = line, threading.Lock()
        self.passed: list[str] = []
        self.die_at: int | str = 0

    def begin(self, die_at: int | str) -> None:
        """Begin an invocation."""
        self.passed, self.die_at = [], die_at

    def point(self, name: str, *, last: bool = False) -> None:
        """Pass a point, or die there; whoever was to die later dies at the last one."""
        with self._lock:
            self.passed.append(name)
            if self.die_at in (len(self.passed), name) or (last and self.die_at):
                self._line.tell("dies", name)
                os.kill(os.getpid(), signal.SIGKILL)


Seen = Callable[[tuple[Any, ...], Any], None]


class Port:
    """A port with a point before and a point after each call.

    Args:
        name: Of the port.
        real: What is behind it.
        mortality: Where to die.
        seen: Called after `<port>.<method>`, with its arguments and its result.
    """

    def __init__(self, name: str, real: Any, mortality: Mortality, seen: Mapping[str, Seen]) -> None:
        self._name, self._real, self._mortality, self._seen = name, real, mortality, seen

    def __getattr__(self, method: str) -> Any:
        bound = getattr(self._real, method)
        if not callable(bound):
            return bound
        name, mortality = f"{self._name}.{method}", self._mortality
        seen = self._seen.get(name)

        def call(*args: Any, **kwargs: Any) -> Any:
            mortality.point(f"before {name}")
            result = bound(*args, **kwargs)
            if seen is not None:
                seen(args, result)
            mortality.point(f"after {name}")
            return result

        setattr(self, method, call)
        return call


@dataclass(frozen=True)
class Context:
    """What Lambda passes beside the event, as far as our functions read it."""

    function_name: str
    clock: Clock
    ends_at_ms: float
    memory_limit_in_mb: int = 512
    aws_request_id: str = "8f6f5a1e-0000-4000-8000-000000000000"
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:any"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.ends_at_ms - self.clock.monotonic_ms())


def serve(line: Line, mortality: Mortality, handler: Handler, function: str, clock: Clock, timeout_ms: int) -> None:
    """Answer one invocation after the other, until the process dies."""
    while True:
        event, die_at = line.next_call()
        mortality.begin(die_at)
        try:
            answer = handler(event, Context(function, clock, clock.monotonic_ms() + timeout_ms))
        except Exception as error:
            line.tell("raised", f"{type(error).__name__}: {error}", mortality.passed)
            continue
        mortality.point("before the answer", last=True)
        line.tell("answered", answer, mortality.passed)


def die_with_parent() -> None:
    """Let the kernel kill this process when its parent is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
