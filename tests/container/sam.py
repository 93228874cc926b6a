"""The SAM CLI as a user runs it: build, local invoke, start-api, start-lambda."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import killpg
from pathlib import Path
from typing import Any

from local.ports import free_ports
from local.sam import sam_environment
from tests.container.base_image import REAL
from tests.container.engine import STATE, Engine
from tests.container.services import Services
from tests.container.shell import ROOT, CommandError, run, tail

_SAM = ROOT / ".venv-sam/bin/sam"
_BUILD = STATE / "build"
_READY_LIMIT_S = 300
_STOP_LIMIT_S = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What `sam local invoke` printed.

    Attributes:
        payload: The function's answer.
        log: The function's log between SAM's own lines.
        wall_s: How long the whole command took.
    """

    payload: Any
    log: str
    wall_s: float


class Sam:
    """SAM on one engine, with one base image."""

    def __init__(self, engine: Engine, base: str) -> None:
        """Prepare; `build` comes first."""
        credentials = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "us-east-1"}
        self._env = {**sam_environment(engine.env), **credentials}
        self._base = base

    def build(self) -> None:
        """Build every function.

        Raises:
            CommandError: The build failed.
        """
        folders = ("--build-dir", _BUILD, "--cached", "--cache-dir", STATE / "cache")
        parameters = ("--parameter-overrides", f"BaseImage={self._base}")
        run([_SAM, "build", *folders, *parameters], env=self._env, limit_s=1800)

    @property
    def image(self) -> str:
        """Return the name of the image that was built for worker and score."""
        built = (_BUILD / "template.yaml").read_text(encoding="utf-8")
        (name,) = set(re.findall(r"^ +ImageUri: (\S+)$", built, re.MULTILINE))
        return name

    def invoke(self, logical_id: str, event: Path, services: Services) -> Answer:
        """Run `sam local invoke` on an event file.

        Raises:
            CommandError: It failed.
        """
        began = time.monotonic()
        words = [_SAM, "local", "invoke", logical_id, "--event", event, *self._options(services)]
        done = run(words, env=self._env)
        return Answer(json.loads(done.stdout), done.stderr.decode(errors="replace"), time.monotonic() - began)

    @contextmanager
    def serve(self, command: str, services: Services) -> Iterator[str]:
        """Run `sam local start-api` or `start-lambda` with warm containers; give its address.

        Raises:
            CommandError: It ended, or did not listen in time; holds the end of what it printed.
        """
        (port,) = free_ports(1)
        words = [_SAM, "local", command, "--port", str(port), "--warm-containers", "EAGER", *self._options(services)]
        log = STATE / f"{command}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [str(word) for word in words],
                env=self._env,
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                _wait_until_it_listens(process, port, log)
                yield f"http://127.0.0.1:{port}"
            finally:
                _stop(process)

    def _options(self, services: Services) -> Sequence[str | Path]:
        # Zip functions run in AWS's image; the stand-in takes its place under its own name.
        stand_in = () if self._base == REAL else ("--skip-pull-image", "--invoke-image", self._base)
        return (
            *("--template", _BUILD / "template.yaml", *stand_in),
            *("--env-vars", services.env_file, "--docker-network", services.network),
        )


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_LIMIT_S
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise CommandError(f"{process.args!r} does not listen:\n{tail(log.read_text(errors='replace'))}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)  # it removes its containers
    try:
        process.wait(_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        killpg(process.pid, signal.SIGKILL)
        process.wait()
