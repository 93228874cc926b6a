"""The outside of a process that may be killed: forked from this warm one, so that a new one costs milliseconds."""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from tests.faults.harness.child import Line, Mortality, die_with_parent, serve
from tests.faults.harness.wiring import TIMEOUTS_MS, Place, handler_of
from ticketrouter.telemetry import logger


@dataclass(slots=True)
class Invocation:
    """An event in a sandbox.

    Attributes:
        ended: Called with the function's answer; with None if the process died, or the function raised.
        messages: Ticket or webhook id of each message of the batch, by message id.
        began_ms: When.
        unrecorded: Webhook id that a receiver accepted and that is not written down yet.
    """

    ended: Callable[[Any], None]
    messages: dict[str, str] = field(default_factory=dict)
    began_ms: float = 0.0
    unrecorded: str = ""


class Sandbox:
    """One process of one function, which answers one invocation at a time.

    Attributes:
        invocation: What it is at; None if it is idle.
        point: Where it said it would die.
    """

    def __init__(self, function: str, place: Place) -> None:
        self.function = function
        self.invocation: Invocation | None = None
        self.point = ""
        self.connection, theirs = Pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _live(function, place, theirs)
        theirs.close()

    def invoke(self, event: Any, invocation: Invocation, *, die_at: int | str) -> None:
        """Hand over an event; the process dies at this point of it (its number from 1, or its name; 0 for none)."""
        self.invocation = invocation
        self.connection.send((event, die_at))

    def kill(self) -> None:
        """Kill it, wherever it is."""
        os.kill(self.pid, signal.SIGKILL)

    def bury(self) -> None:
        """Forget a process that was killed."""
        os.waitpid(self.pid, 0)
        self.connection.close()


def _live(function: str, place: Place, connection: Connection) -> None:
    """Be the child; never come back."""
    try:
        die_with_parent()
        # The functions' own log lines and metrics would drown the suite's figures.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        logger.setLevel(logging.CRITICAL)
        line = Line(connection)
        mortality = Mortality(line)
        handler = handler_of(function, place, line, mortality)
        serve(line, mortality, handler, function, place.clock, TIMEOUTS_MS[function])
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)
