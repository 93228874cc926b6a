"""Child processes that cannot outlive the stack, whatever becomes of it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # Source: linux/prctl.h
_CHUNK_BYTES = 65_536
_ASK_EACH_S = 0.02
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

Output = Callable[[bytes], None]


class Child:
    """A running child process in a session of its own, with everything that it starts."""

    def __init__(self, process: asyncio.subprocess.Process, output: Output) -> None:
        """Take over a process; `output` gets its stdout and stderr in chunks."""
        self._process = process
        self._reading = asyncio.create_task(self._read(output))

    @property
    def pid(self) -> int:
        """Return its process id, which is also its group's."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """Return its exit status; negative is the signal that ended it, None that it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait until it has ended and all it wrote was read."""
        status = await self._process.wait()
        # A grandchild could hold the pipe open: what matters has been read by then.
        await asyncio.wait([self._reading], timeout=0.2)
        self._reading.cancel()
        return status

    async def becomes_ready(self, answers: Callable[[], Awaitable[bool]], limit_s: float) -> bool:
        """Ask until it answers; if it ends before, takes too long or nobody waits any more, it is stopped."""
        is_ready = False
        deadline = time.monotonic() + limit_s
        try:
            while self.exit_status is None and time.monotonic() < deadline:
                if is_ready := await answers():
                    return True
                await asyncio.sleep(_ASK_EACH_S)
            return False
        finally:
            if not is_ready:
                await self.stop()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group; nothing happens if it has ended."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    async def stop(self, grace_s: float = 1.0) -> None:
        """Ask it to end, and end it if it does not."""
        self.signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(self._process.wait()), timeout=grace_s)
        except TimeoutError:
            self.signal(signal.SIGKILL)
        await self.wait()

    async def _read(self, output: Output) -> None:
        stream = self._process.stdout
        while stream is not None and (chunk := await stream.read(_CHUNK_BYTES)):
            output(chunk)


async def spawn(command: Sequence[str], *, environment: Mapping[str, str], folder: Path, output: Output) -> Child:
    """Start a child process.

    Its own session keeps a Ctrl-C in the terminal from reaching it before the supervisor; on Linux the kernel kills it
    when the supervisor dies without a chance to clean up.
    """
    parent = os.getpid()

    def die_with_parent() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it died before the line above
                os._exit(1)

    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )
    return Child(process, output)
