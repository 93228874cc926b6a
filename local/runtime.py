"""Functions in `awslambdaric` processes, behind a Lambda Runtime API of our own.

AWS's interface emulator dies on the second concurrent request, hence this one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from local.plan import Function, Place
from local.process import Output
from local.sandbox import Invocation, Result, Sandbox, failure
from local.tracing import new_trace_id

__all__ = ["THROTTLED", "Pool", "Result"]

THROTTLED = "TooManyRequestsException"  # Source: Lambda API reference, Invoke


class Pool:
    """The processes of one function; invocations wait in line for a free one.

    Lambda would start another sandbox instead: on a machine of few cores, more processes only take turns.
    """

    def __init__(
        self,
        function: Function,
        place: Place,
        *,
        size: int,
        output: Callable[[Function], Output],
        extra: Mapping[str, str] | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare.

        Args:
            function: What to run.
            place: Where the stack lives.
            size: How many processes.
            output: Makes the receiver of one process's output.
            extra: Environment beside the template's.
            on_change: Called when a process was started or has ended.
        """
        self.function, self.place = function, place
        self.extra = dict(extra or {})
        self.output, self.on_change = output, on_change
        self.idle: deque[Sandbox] = deque()
        self.waiting: deque[Invocation] = deque()
        self._sandboxes = [Sandbox(self) for _ in range(size)]

    @property
    def size(self) -> int:
        """Return how many invocations can run at once."""
        return len(self._sandboxes)

    @property
    def pids(self) -> list[int]:
        """Return the ids of the processes that run now."""
        return [process.pid for process in self._sandboxes if process.pid]

    async def start(self) -> None:
        """Start all processes and wait until each has initialised.

        Raises:
            StartError: One did not; holds what it said.
        """
        await asyncio.gather(*(process.start() for process in self._sandboxes))

    async def stop(self) -> None:
        """End all processes; whoever waits for one is answered with an error."""
        await asyncio.gather(*(process.stop() for process in self._sandboxes))
        self.fail_waiting("Sandbox.Stopped", "The local stack is stopping")

    async def invoke(
        self, payload: bytes, trace_id: str | None = None, *, begin_within_s: float | None = None
    ) -> Result:
        """Run the function once; a failure of it is a result, not an exception.

        Args:
            payload: The event.
            trace_id: Of the caller.
            begin_within_s: How long it may wait for a process; then it is refused as Lambda does above its concurrency.
        """
        loop = asyncio.get_running_loop()
        invocation = Invocation(payload, trace_id or new_trace_id(), loop.create_future())
        if self.idle:
            self.idle.popleft().assign(invocation)
            return await invocation.result
        self.waiting.append(invocation)
        timer = loop.call_later(begin_within_s, self._throttle, invocation) if begin_within_s else None
        try:
            return await invocation.result
        finally:
            if timer:
                timer.cancel()

    def _throttle(self, invocation: Invocation) -> None:
        if invocation in self.waiting and not invocation.result.done():
            invocation.result.set_result(failure(THROTTLED, "Rate Exceeded.", invocation.request_id))

    def next_waiting(self) -> Invocation | None:
        """Take the first out of the line whose caller still waits: what API Gateway has answered 503 never begins."""
        while self.waiting:
            invocation = self.waiting.popleft()
            if not invocation.result.done():
                return invocation
        return None

    def fail_waiting(self, error_type: str, message: str) -> None:
        """Answer everyone in line: no process will come."""
        while self.waiting:
            invocation = self.waiting.popleft()
            if not invocation.result.done():
                invocation.result.set_result(failure(error_type, message, invocation.request_id))
