"""One `awslambdaric` process and the Runtime API that it talks to.

Every process has a port of its own, so a request says which process it comes from.
Source: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from local.environment import function_environment
from local.errors import StartError
from local.listen import Listener, listen
from local.process import Child, spawn

if TYPE_CHECKING:
    from local.runtime import Pool

_API = "/2018-06-01/runtime"
_ACCEPTED = b'{"status":"OK"}'
INIT_LIMIT_S = 60  # generous: a cold disk under load; Lambda itself allows 10 s and then tries again
_MAX_ANSWER_BYTES = 6 * 1024 * 1024  # Source: Lambda quotas, synchronous payloads
_RESTART_DELAYS_S = (0.0, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Result:
    """What a function answered: JSON bytes; `error_type` is set when it failed."""

    payload: bytes
    error_type: str | None = None

    @property
    def failed(self) -> bool:
        """Tell whether Lambda would set `FunctionError`."""
        return self.error_type is not None


def failure(error_type: str, message: str, request_id: str) -> Result:
    """Return the error that the platform, not the function, answers with."""
    text = f"RequestId: {request_id} Error: {message}"
    return Result(json.dumps({"errorType": error_type, "errorMessage": text}).encode(), error_type)


@dataclass(slots=True)
class Invocation:
    """One run of a function, from the caller's line to its answer."""

    payload: bytes
    trace_id: str
    result: asyncio.Future[Result]
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))


class Sandbox:
    """One process of a function, started again whenever it ends."""

    def __init__(self, pool: Pool) -> None:
        """Prepare; it takes its work from the pool's line."""
        self._pool = pool
        self._api: Listener | None = None
        self._child: Child | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._next: asyncio.Future[Invocation | None] | None = None
        self._current: Invocation | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._init_error = ""
        self._timed_out = False

    @property
    def pid(self) -> int | None:
        """Return the id of the process that runs now."""
        return self._child.pid if self._child and self._child.exit_status is None else None

    async def start(self) -> None:
        """Start and wait until it has initialised; from then on it is kept running.

        Raises:
            StartError: It did not; holds what it said.
        """
        self._api = await listen(self._serve, limit_bytes=_MAX_ANSWER_BYTES)
        self._keeper = asyncio.create_task(self._keep_running())
        word = self._pool.function.word
        try:
            await asyncio.wait_for(asyncio.shield(self._ready), INIT_LIMIT_S)
        except TimeoutError:
            raise StartError(
                f"{word} did not initialise within {INIT_LIMIT_S} s: see {self._pool.place.log_of(word)}"
            ) from None

    async def stop(self) -> None:
        """End it; work under way is answered with an error."""
        if self._keeper:
            self._keeper.cancel()
        if self._child:
            await self._child.stop(grace_s=0.5)
        self._end_current("Sandbox.Stopped", "The local stack is stopping")
        self._release_next(None)
        if self._api:
            await self._api.close()
        if not self._ready.done():
            self._ready.cancel()

    # --- the process -------------------------------------------------------------------------------------------------

    async def _keep_running(self) -> None:
        failures_in_a_row = 0
        while True:
            await asyncio.sleep(_RESTART_DELAYS_S[min(failures_in_a_row, len(_RESTART_DELAYS_S) - 1)])
            await self._run_once()
            failures_in_a_row = failures_in_a_row + 1 if self._init_error else 0

    async def _run_once(self) -> None:
        assert self._api is not None
        function, self._init_error, self._timed_out = self._pool.function, "did not initialise", False
        self._child = await spawn(
            [sys.executable, "-m", "awslambdaric", function.handler],
            environment=function_environment(
                function, self._pool.place, runtime_api=self._api.address, extra=self._pool.extra
            ),
            folder=function.task_root,
            output=self._pool.output(function),
        )
        self._pool.on_change()
        status = await self._child.wait()
        self._pool.on_change()
        how = f"signal: {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        if self in self._pool.idle:
            self._pool.idle.remove(self)
        self._release_next(None)
        if self._timed_out:
            self._end_current("Sandbox.Timedout", f"Task timed out after {function.timeout_s:.2f} seconds")
        self._end_current("Runtime.ExitError", f"Runtime exited with error: {how}")
        if self._init_error:
            self._report_init_error(how)

    def _report_init_error(self, how: str) -> None:
        word = self._pool.function.word
        message = f"{word} failed to initialise ({how}): {self._init_error}\nIts log: {self._pool.place.log_of(word)}"
        if not self._ready.done():
            self._ready.set_exception(StartError(message))
        if not self._pool.pids:
            self._pool.fail_waiting("Runtime.InitError", message)

    # --- invocations -------------------------------------------------------------------------------------------------

    def assign(self, invocation: Invocation) -> None:
        """Give it work; from here on its end, however it comes, answers the invocation."""
        self._current = invocation
        timeout_s = self._pool.function.timeout_s
        self._timer = asyncio.get_running_loop().call_later(timeout_s, self._time_out)
        self._release_next(invocation)

    def _release_next(self, invocation: Invocation | None) -> None:
        if self._next and not self._next.done():
            self._next.set_result(invocation)

    def _describe_to_function(self, invocation: Invocation) -> web.Response:
        function = self._pool.function
        # Without Content-Type and Trace-Id awslambdaric hangs (measured).
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + function.timeout_s * 1000),
            "Lambda-Runtime-Invoked-Function-Arn": function.arn,
            "Lambda-Runtime-Trace-Id": invocation.trace_id,
        }
        return web.Response(body=invocation.payload, headers=headers)

    def _end(self, result: Result) -> None:
        if self._timer:
            self._timer.cancel()
        invocation, self._current = self._current, None
        if invocation and not invocation.result.done():
            invocation.result.set_result(result)

    def _end_current(self, error_type: str, message: str) -> None:
        if self._current:
            self._end(failure(error_type, message, self._current.request_id))

    def _time_out(self) -> None:
        if self._current and self._child:
            self._timed_out = True
            self._child.signal(signal.SIGKILL)

    # --- the Runtime API ---------------------------------------------------------------------------------------------

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path.removeprefix(_API)
        if path == "/invocation/next":
            return await self._serve_next()
        body = await request.read()
        if path == "/init/error":
            self._init_error = _describe(body)
        elif path.startswith("/invocation/") and self._current and path.split("/")[2] == self._current.request_id:
            error_type = request.headers.get("Lambda-Runtime-Function-Error-Type", "Unhandled")
            self._end(Result(body, error_type if path.endswith("/error") else None))
        else:
            return web.Response(status=404, text='{"errorType":"NotFound"}', content_type="application/json")
        return web.Response(status=202, body=_ACCEPTED, content_type="application/json")

    async def _serve_next(self) -> web.Response:
        self._init_error = ""
        if not self._ready.done():
            self._ready.set_result(None)
        self._next = asyncio.get_running_loop().create_future()
        if waiting := self._pool.next_waiting():
            self.assign(waiting)
        else:
            self._pool.idle.append(self)
        invocation = await self._next
        return self._describe_to_function(invocation) if invocation else web.Response(status=410)


def _describe(body: bytes) -> str:
    try:
        error = json.loads(body)
        stack = "".join(error.get("stackTrace", []))
        return f"{error.get('errorType')}: {error.get('errorMessage')}\n{stack}".rstrip()
    except (ValueError, AttributeError, TypeError):
        return body.decode(errors="replace")
