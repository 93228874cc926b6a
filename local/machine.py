"""What this machine has of what the project needs, by purpose: run it here, build what AWS runs, deploy that.

A check says what was found, and if it is missing the one next step. Looking goes through the port `Machine`.
"""

from __future__ import annotations

import enum
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from local.errors import LocalStackError
from local.python313 import python313_folder

MIN_FREE_BYTES = 5 * 1000**3  # our margin for the base image, the worker's layers and pip's caches
MIN_NODE = (20, 19)  # Source: "engines" of vite 8 and of dashboard/package.json
_ANSWER_LIMIT_S = 20


class Purpose(enum.StrEnum):
    """What somebody wants to do; each needs what the one before needs."""

    RUN = "run"
    BUILD = "build"
    DEPLOY = "deploy"

    def needs(self, other: Purpose) -> bool:
        """Tell whether the purpose includes another one."""
        return list(Purpose).index(self) >= list(Purpose).index(other)


class Machine(Protocol):
    """The questions that checks ask."""

    def answer(self, command: Sequence[str]) -> str | None:
        """Return what a program printed; None if it is not there, failed or did not end."""

    def free_bytes(self) -> int:
        """Return the free space of the disk that holds the repository."""

    def python313(self) -> Path | None:
        """Return the folder of a python3.13 that `sam build` accepts."""

    def aws(self) -> tuple[str | None, str | None]:
        """Return account id and region, each None if there is none."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that is there or missing.

    Attributes:
        name: What was looked for.
        purpose: From which purpose on it is needed.
        found: What is there; None if it is missing.
        next_step: What to do if it is missing.
        needed: Whether its absence stops the purpose; else it is a convenience.
    """

    name: str
    purpose: Purpose
    found: str | None
    next_step: str
    needed: bool = True


def examine(machine: Machine) -> list[Check]:
    """Look for everything."""
    return [check(machine) for check in _CHECKS]


def missing(checks: Sequence[Check], purpose: Purpose) -> list[Check]:
    """Return what stops a purpose."""
    return [it for it in checks if it.needed and it.found is None and purpose.needs(it.purpose)]


def _python(machine: Machine) -> Check:
    version = machine.answer([sys.executable, "-c", "import platform; print(platform.python_version())"])
    fits = version is not None and (3, 11) <= tuple(map(int, version.split(".")[:2])) < (3, 14)
    step = "install Python 3.11 to 3.13, then: make setup PYTHON=python3.11"
    return Check(name="Python 3.11-3.13", purpose=Purpose.RUN, found=version if fits else None, next_step=step)


def _program(name: str, command: Sequence[str], step: str) -> Callable[[Machine], Check]:
    def check(machine: Machine) -> Check:
        found = machine.answer(command)
        return Check(name=name, purpose=Purpose.RUN, found=_first_line(found), next_step=step)

    return check


def _python313(machine: Machine) -> Check:
    folder = machine.python313()
    return Check(
        name="python3.13 with pip, no shim",
        purpose=Purpose.BUILD,
        found=None if folder is None else str(folder),
        next_step="uv python install 3.13 (or: pyenv install 3.13); it need not be on PATH",
    )


def _docker(machine: Machine) -> Check:
    version = machine.answer(["docker", "info", "--format", "{{.ServerVersion}}"])
    return Check(
        name="Docker engine that answers",
        purpose=Purpose.BUILD,
        found=_first_line(version),
        next_step="install Docker (Debian: apt-get install docker.io) and start it: docker info must succeed",
    )


def _disk(machine: Machine) -> Check:
    free = machine.free_bytes()
    return Check(
        name=f"{MIN_FREE_BYTES / 1000**3:.0f} GB of disk",
        purpose=Purpose.BUILD,
        found=f"{free / 1000**3:.1f} GB free" if free >= MIN_FREE_BYTES else None,
        next_step=f"free some space, only {free / 1000**3:.1f} GB are left (docker system prune, make clean)",
    )


def _sam(machine: Machine) -> Check:
    version = machine.answer([".venv-sam/bin/sam", "--version"])
    step = "make check, which makes .venv-sam from its lock"
    return Check(name="SAM CLI in .venv-sam", purpose=Purpose.BUILD, found=_first_line(version), next_step=step)


def _credentials(machine: Machine) -> Check:
    account, _ = machine.aws()
    return Check(
        name="AWS credentials that work",
        purpose=Purpose.DEPLOY,
        found=None if account is None else f"account {account}",
        next_step="aws configure sso (or set AWS_PROFILE), then: aws sts get-caller-identity",
    )


def _region(machine: Machine) -> Check:
    _, region = machine.aws()
    step = "export AWS_DEFAULT_REGION=us-east-1, or aws configure set region us-east-1"
    return Check(name="AWS region", purpose=Purpose.DEPLOY, found=region, next_step=step)


def _aws_cli(machine: Machine) -> Check:
    return Check(
        name="AWS CLI",
        purpose=Purpose.DEPLOY,
        found=_first_line(machine.answer(["aws", "--version"])),
        next_step="python3 -m pip install awscli: the steps after a deployment use it; the console does too",
        needed=False,
    )


def _npm(machine: Machine) -> Check:
    version = machine.answer(["node", "--version"]) if machine.answer(["npm", "--version"]) else None
    numbers = tuple(map(int, version.removeprefix("v").split(".")[:2])) if version else (0, 0)
    return Check(
        name="Node.js 20.19 or newer with npm",
        purpose=Purpose.RUN,
        found=version if numbers >= MIN_NODE else None,
        next_step="install Node.js 24: the dashboard is built with it; all else works without",
        needed=False,
    )


_CHECKS: tuple[Callable[[Machine], Check], ...] = (
    _python,
    _program("make", ["make", "--version"], "apt-get install make (macOS: xcode-select --install)"),
    _program("git", ["git", "--version"], "apt-get install git"),
    _program("C compiler", ["cc", "--version"], "apt-get install gcc libc6-dev (macOS: xcode-select --install)"),
    _npm,
    _python313,
    _docker,
    _disk,
    _sam,
    _credentials,
    _region,
    _aws_cli,
)


def _first_line(text: str | None) -> str | None:
    return text.splitlines()[0] if text else None


class ThisMachine:
    """The machine that we run on."""

    def __init__(self, root: Path) -> None:
        """Look from the repository's root."""
        self._root = root
        self._aws: tuple[str | None, str | None] | None = None

    def answer(self, command: Sequence[str]) -> str | None:
        """Return what a program printed; None if it is not there, failed or did not end."""
        try:
            done = subprocess.run(
                command, cwd=self._root, capture_output=True, text=True, check=False, timeout=_ANSWER_LIMIT_S
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.strip() if done.returncode == 0 else None

    def free_bytes(self) -> int:
        """Return the free space of the disk that holds the repository."""
        return shutil.disk_usage(self._root).free

    def python313(self) -> Path | None:
        """Return the folder of a python3.13 that `sam build` accepts."""
        try:
            return python313_folder()
        except LocalStackError:
            return None

    def aws(self) -> tuple[str | None, str | None]:
        """Return account id and region; asks AWS once."""
        if self._aws is None:
            self._aws = _ask_aws()
        return self._aws


def _ask_aws() -> tuple[str | None, str | None]:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    region: str | None = None
    try:
        session = boto3.Session()
        region = session.region_name
        patience = Config(connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 1})
        # STS answers in every region; without one the question of the account can still be asked.
        sts = session.client("sts", region_name=region or "us-east-1", config=patience)
        return sts.get_caller_identity()["Account"], region
    except (BotoCoreError, ClientError):
        return None, region
