"""How the SAM CLI is called: a real python3.13 first, our parameters beside the file's, failures in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.errors import LocalStackError
from local.overrides import parse_overrides
from local.sam import override_words, sam, sam_environment
from local.samconfig import read_environment

CONFIG = """
[default.build.parameters]
cached = true
[dev.global.parameters]
stack_name = "router-dev"
[dev.deploy.parameters]
parameter_overrides = ["LogLevel=DEBUG", "LogRetentionDays=7"]
[prod.global.parameters]
stack_name = "router-prod"
[prod.deploy.parameters]
parameter_overrides = "LogLevel=INFO LogRetentionDays=90"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "samconfig.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose SAM CLI writes down what it was given, and a python3.13 that PATH does not have."""
    program = tmp_path / ".venv-sam/bin/sam"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$PATH" > path\necho "$@" > words\nexit ${SAM_ENDS_WITH:-0}\n')
    python = tmp_path / "real/python3.13"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\necho {python.parent}\n")
    for path in (program, python):
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{python.parent}:/usr/bin:/bin")
    return tmp_path


def test_an_environment_has_a_stack_and_its_parameters_in_either_spelling(config: Path) -> None:
    dev, prod = read_environment(config, "dev"), read_environment(config, "prod")

    assert (dev.stack_name, dev.parameters) == ("router-dev", {"LogLevel": "DEBUG", "LogRetentionDays": "7"})
    assert (prod.stack_name, prod.parameters) == ("router-prod", {"LogLevel": "INFO", "LogRetentionDays": "90"})


def test_an_unknown_environment_is_told_the_known_ones(config: Path) -> None:
    with pytest.raises(LocalStackError, match=r"no environment 'staging', it has dev, prod"):
        read_environment(config, "staging")


def test_a_config_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError, match="cannot be read"):
        read_environment(tmp_path / "samconfig.toml", "dev")


def test_overrides_survive_the_command_line() -> None:
    parameters = {"LogLevel": "DEBUG", "AlarmTopicArn": "", "RunbookUrl": 'https://wiki/a?b=c,d e"f'}

    option, *words = override_words(parameters)

    assert (option, parse_overrides(words)) == ("--parameter-overrides", parameters)
    assert list(override_words({})) == []


def test_sam_runs_in_the_root_with_a_real_python_first(root: Path) -> None:
    sam(root, "build", "--cached")

    assert (root / "words").read_text() == "build --cached\n"
    assert (root / "path").read_text().startswith(f"{root}/real:")


def test_telemetry_is_off(root: Path) -> None:
    assert sam_environment({"PATH": f"{root}/real"})["SAM_CLI_TELEMETRY"] == "0"


def test_a_failure_of_sam_is_ours(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAM_ENDS_WITH", "3")

    with pytest.raises(LocalStackError, match=r"sam deploy failed \(exit code 3\)"):
        sam(root, "deploy")


def test_without_sam_it_is_said_how_to_get_it(root: Path) -> None:
    (root / ".venv-sam/bin/sam").unlink()

    with pytest.raises(LocalStackError, match="make check"):
        sam(root, "build")
