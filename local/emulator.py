"""The AWS emulator: `ministack` in a process of its own, started with `python -m local.emulator`.

Two changes to it: it listens on one address (127.0.0.1 unless told otherwise), and its long polls answer as soon as
something is sent. As shipped they look every 100 ms, which would be most of a ticket's time in the local stack.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp

from local.environment import base_environment
from local.errors import StartError
from local.listen import HOST
from local.plan import Place
from local.process import Child, Output, spawn

_SERVICES = "sqs,secretsmanager,ssm,monitoring"
_START_LIMIT_S = 20


async def start_emulator(place: Place, port: int, output: Output, host: str = HOST) -> Child:
    """Start the emulator and wait until it answers.

    Raises:
        StartError: It ended or did not answer in time.
    """
    environment = {
        **base_environment(place.state_folder),
        "BIND_HOST": host,
        "GATEWAY_PORT": str(port),
        "SERVICES": _SERVICES,
        "MINISTACK_REGION": place.region,
        "IOT_MTLS_ENABLED": "0",  # imports and certificates that nobody here needs
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "DOCKER_HOST": "unix:///nonexistent",  # never look for containers
    }
    child = await spawn(
        [sys.executable, "-m", "local.emulator"], environment=environment, folder=place.root, output=output
    )
    async with aiohttp.ClientSession() as session:

        async def answers() -> bool:
            try:
                async with session.get(f"{place.emulator_url}/_ministack/ready") as response:
                    return response.status == 200
            except aiohttp.ClientError:
                return False

        if await child.becomes_ready(answers, _START_LIMIT_S):
            return child
    raise StartError(f"The AWS emulator did not start: see {place.log_of('emulator')}")


class WakingEvent:
    """Stands in for ministack's "something was sent" event: also wakes the long polls that wait."""

    def __init__(self, original: Any) -> None:
        """Take the place of `original`."""
        self._original = original
        self._sent = asyncio.Event()

    def set(self) -> None:
        """Tell everybody."""
        self._original.set()
        self._sent.set()
        self._sent = asyncio.Event()  # who waits from now on waits for the next message

    async def sleep(self, delay_s: float) -> None:
        """Wait for the delay, or until something is sent."""
        try:
            await asyncio.wait_for(self._sent.wait(), delay_s)
        except TimeoutError:
            return


def main() -> None:
    """Run the emulator in this process."""
    import ministack.services.sqs as sqs
    from ministack import app

    # One file instead of one for each port under /tmp; a killed emulator would leave those behind.
    pid_file = str(Path(os.environ.get("LOCAL_STATE_DIR", ".")) / "emulator.pid")
    app._pid_file = lambda port: pid_file

    waking = WakingEvent(sqs.esm_wake)
    sqs.esm_wake = waking
    sqs.asyncio = SimpleNamespace(**{**vars(asyncio), "sleep": waking.sleep})
    sys.argv = sys.argv[:1]
    app.main()


if __name__ == "__main__":
    os.environ.setdefault("BIND_HOST", HOST)
    main()
