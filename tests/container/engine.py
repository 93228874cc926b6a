"""A Docker engine: the one that runs, else one of our own that is stopped and cleaned up after the tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tests.container.shell import ROOT, CommandError, run, tail

STATE = ROOT / ".container"  # images and build folders of our own engine; `make clean` removes it
_DATA = STATE / "docker"
_BRIDGE = Path("/sys/class/net/docker0")
_START_LIMIT_S = 60
_STOP_LIMIT_S = 30


class EngineUnavailableError(Exception):
    """A Docker engine was started for real and ended; holds the tail of its log."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A Docker engine that answers.

    Attributes:
        env: Environment of every command that talks to it.
        is_ours: It was started for these tests.
    """

    env: Mapping[str, str]
    is_ours: bool

    def docker(self, *words: str | Path, stdin: bytes | None = None, limit_s: float = 600) -> str:
        """Run the docker client and return what it printed, without the line's end.

        Raises:
            CommandError: It failed.
        """
        return run(["docker", *words], env=self.env, stdin=stdin, limit_s=limit_s).stdout.decode().strip()

    def has_image(self, name: str) -> bool:
        """Tell whether the engine holds an image of this name."""
        return bool(self.docker("images", "--quiet", name))

    @contextmanager
    def network(self) -> Iterator[tuple[str, str]]:
        """Make a network; give its name and the address under which its containers reach this machine.

        Everything that still runs in it at the end is removed with it: nobody else knows of it.
        """
        name = f"ticket-router-test-{uuid4().hex[:8]}"
        self.docker("network", "create", name)
        try:
            yield name, self.docker("network", "inspect", name, "--format", "{{(index .IPAM.Config 0).Gateway}}")
        finally:
            if left := self.docker("ps", "--all", "--quiet", "--filter", f"network={name}").split():
                self.docker("rm", "--force", *left)
            self.docker("network", "rm", name)


@contextmanager
def docker_engine() -> Iterator[Engine]:
    """Give the engine that answers, else start one.

    Raises:
        EngineUnavailableError: One was started and ended.
        CommandError: There is no Docker here and it could not be installed.
    """
    # docker build: SAM uses the classic builder, so everything does
    env = {**os.environ, "DOCKER_BUILDKIT": "0"}
    if _answers(env):
        yield Engine(env, is_ours=False)
        return
    install("dockerd", "docker.io", "iptables", "iproute2")
    with _started(env) as engine:
        yield engine


def install(command: str, *packages: str) -> None:
    """Install Debian's packages unless the command is there.

    Raises:
        CommandError: It cannot be installed here; says what to do instead.
    """
    if shutil.which(command):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CommandError(f"{command} is missing. Install {' '.join(packages)}, or start Docker, and try again")
    print(f"Installing {' '.join(packages)} ...", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], env=env)
    run(["apt-get", "install", "-qq", "--yes", "--no-install-recommends", *packages], env=env)


def _answers(env: Mapping[str, str]) -> bool:
    try:
        # Without an engine the client still prints of itself, and some of its versions end with 0.
        return bool(run(["docker", "info", "--format", "{{.ServerVersion}}"], env=env, limit_s=30).stdout.strip())
    except (CommandError, FileNotFoundError):
        return False


@contextmanager
def _started(env: Mapping[str, str]) -> Iterator[Engine]:
    STATE.mkdir(exist_ok=True)
    with ExitStack() as stack:
        # A socket's path may have 108 bytes, so it does not lie in the repository.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ticket-router-docker-")))
        log = stack.enter_context((STATE / "dockerd.log").open("w+"))
        if not _BRIDGE.exists():
            stack.callback(_remove_bridge, env, _forward_policy(env))
        address = f"unix://{folder}/docker.sock"
        # If these tests are killed, it goes with them.
        command = ["setpriv", "--pdeathsig", "TERM", "dockerd", "--host", address, "--data-root", str(_DATA)]
        command += ["--exec-root", str(folder / "exec"), "--pidfile", str(folder / "pid")]
        print("No Docker engine answers: starting dockerd ...", flush=True)
        stack.callback(_unmount, env)
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        stack.callback(_stop, process)
        engine = Engine({**env, "DOCKER_HOST": address}, is_ours=True)
        _wait_until_it_answers(engine, process, STATE / "dockerd.log")
        yield engine


def _wait_until_it_answers(engine: Engine, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_LIMIT_S
    while not _answers(engine.env):
        if process.poll() is not None or time.monotonic() > deadline:
            raise EngineUnavailableError(tail(log.read_text(errors="replace")))
        time.sleep(0.2)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)  # it stops its containers, then containerd
    try:
        process.wait(_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _unmount(env: Mapping[str, str]) -> None:
    """Take back the mounts that dockerd makes over its own folder and leaves there."""
    mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
    for path in sorted((path for path in mounted if Path(path).is_relative_to(_DATA)), reverse=True):
        run(["umount", path], env=env)


def _forward_policy(env: Mapping[str, str]) -> str:
    """Return what happens to packets that are passed through; dockerd changes it."""
    return run(["iptables", "--list-rules", "FORWARD"], env=env).stdout.decode().split()[2]


def _remove_bridge(env: Mapping[str, str], forward_policy: str) -> None:
    """Remove what dockerd leaves in the kernel when it ends: its bridge and its rules."""
    if not _BRIDGE.exists():
        return
    run(["ip", "link", "delete", _BRIDGE.name], env=env)
    rules = run(["iptables-save"], env=env).stdout.decode().splitlines(keepends=True)
    kept = "".join(rule for rule in rules if "docker" not in rule.lower())
    run(["iptables-restore"], env=env, stdin=kept.encode())
    run(["iptables", "--policy", "FORWARD", forward_policy], env=env)
