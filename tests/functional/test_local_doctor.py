"""`make doctor`: each thing that can be missing is seen, and its absence stops only what needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local.machine import MIN_FREE_BYTES, Purpose, ThisMachine, examine, missing


@dataclass
class FakeMachine:
    """A machine on which everything is there, until a test takes something away."""

    answers: dict[str, str | None] = field(
        default_factory=lambda: {
            "python": "3.12.1",
            "make": "GNU Make 4.3\nBuilt for x86_64",
            "git": "git version 2.39",
            "cc": "cc 12.2.0",
            "npm": "11.0.0",
            "node": "v24.1.0",
            "docker": "27.0.1",
            "sam": "SAM CLI, version 1.170.0",
            "aws": "aws-cli/2.0",
        }
    )
    free: int = MIN_FREE_BYTES
    python313_in: Path | None = Path("/opt/python/bin")
    account: str | None = "000000000000"
    region: str | None = "eu-west-1"

    def answer(self, command: Sequence[str]) -> str | None:
        name = Path(command[0]).name
        return self.answers["python" if name.startswith("python") else name]

    def free_bytes(self) -> int:
        return self.free

    def python313(self) -> Path | None:
        return self.python313_in

    def aws(self) -> tuple[str | None, str | None]:
        return self.account, self.region


def stopping(machine: FakeMachine, purpose: Purpose) -> list[str]:
    return [check.name for check in missing(examine(machine), purpose)]


@pytest.mark.parametrize("purpose", Purpose)
def test_with_everything_there_nothing_stops(purpose: Purpose) -> None:
    assert stopping(FakeMachine(), purpose) == []


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({}, "v24.1.0"),
        ({"node": "v20.19.0"}, "v20.19.0"),
        ({"node": "v20.18.3"}, None),
        ({"node": None}, None),
        ({"npm": None}, None),
    ],
)
def test_without_node_nothing_stops_but_there_is_no_dashboard(
    answers: dict[str, str | None], found: str | None
) -> None:
    machine = FakeMachine()
    machine.answers |= answers
    (check,) = (it for it in examine(machine) if it.name.startswith("Node.js"))

    assert (check.found, stopping(machine, Purpose.DEPLOY)) == (found, [])


def test_what_was_found_is_one_line() -> None:
    found = {check.name: check.found for check in examine(FakeMachine())}

    assert (found["make"], found["Docker engine that answers"]) == ("GNU Make 4.3", "27.0.1")


@pytest.mark.parametrize(
    ("change", "name", "purpose"),
    [
        ({"python": None}, "Python 3.11-3.13", Purpose.RUN),
        ({"python": "3.10.13"}, "Python 3.11-3.13", Purpose.RUN),
        ({"python": "3.14.0"}, "Python 3.11-3.13", Purpose.RUN),
        ({"make": None}, "make", Purpose.RUN),
        ({"git": None}, "git", Purpose.RUN),
        ({"cc": None}, "C compiler", Purpose.RUN),
        ({"docker": None}, "Docker engine that answers", Purpose.BUILD),
        ({"docker": ""}, "Docker engine that answers", Purpose.BUILD),  # the client is there, the engine is not
        ({"sam": None}, "SAM CLI in .venv-sam", Purpose.BUILD),
    ],
)
def test_a_program_that_is_missing_stops_its_purpose_and_later_ones(
    change: dict[str, str | None], name: str, purpose: Purpose
) -> None:
    machine = FakeMachine()
    machine.answers |= change

    for each in Purpose:
        assert stopping(machine, each) == ([name] if each.needs(purpose) else [])


@pytest.mark.parametrize(
    ("machine", "name", "purpose"),
    [
        (FakeMachine(python313_in=None), "python3.13 with pip, no shim", Purpose.BUILD),
        (FakeMachine(free=MIN_FREE_BYTES - 1), "5 GB of disk", Purpose.BUILD),
        (FakeMachine(account=None), "AWS credentials that work", Purpose.DEPLOY),
        (FakeMachine(region=None), "AWS region", Purpose.DEPLOY),
    ],
)
def test_anything_else_that_is_missing_does_so_too(machine: FakeMachine, name: str, purpose: Purpose) -> None:
    for each in Purpose:
        assert stopping(machine, each) == ([name] if each.needs(purpose) else [])


def test_a_convenience_stops_nothing_and_is_still_seen() -> None:
    machine = FakeMachine()
    machine.answers["aws"] = None

    (check,) = [check for check in examine(machine) if check.found is None]

    assert (check.name, check.needed, stopping(machine, Purpose.DEPLOY)) == ("AWS CLI", False, [])


def test_every_check_has_a_next_step() -> None:
    assert all(check.next_step for check in examine(FakeMachine()))


def test_this_machine_answers_and_knows_when_there_is_no_answer(tmp_path: Path) -> None:
    machine = ThisMachine(tmp_path)

    assert machine.answer(["sh", "-c", "echo here"]) == "here"
    assert machine.answer(["sh", "-c", "echo here; exit 3"]) is None
    assert machine.answer([str(tmp_path / "nothing")]) is None
    assert machine.free_bytes() > 0


def test_without_credentials_there_is_no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a user who has set a region and nothing else
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

    assert ThisMachine(tmp_path).aws() == (None, "eu-west-1")
