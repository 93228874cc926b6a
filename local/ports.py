"""Free ports."""

from __future__ import annotations

import contextlib
import socket

from local.errors import StartError
from local.listen import HOST

_FIRST_API_PORT = 8000
_API_PORTS_TRIED = 50


def free_ports(count: int, host: str = HOST) -> list[int]:
    """Return ports that are free now; another process could still be faster.

    Raises:
        StartError: The host is no address of this machine.
    """
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            try:
                each.bind((host, 0))
            except OSError as error:
                raise StartError(f"Nothing can listen on {host} ({error.strerror}): see `ip addr`") from error
        return [each.getsockname()[1] for each in sockets]


def api_port() -> int:
    """Return the first free port from 8000 on: an address that stays the same from one start to the next."""
    for port in range(_FIRST_API_PORT, _FIRST_API_PORT + _API_PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((HOST, port))
                return port
    return free_ports(1)[0]
