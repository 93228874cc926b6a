"""The workflows of GitHub: pinned by commit, with few rights, and running commands that exist."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.template.transformed import ROOT

FILES = {path.name: path for path in sorted((ROOT / ".github/workflows").glob("*.yml"))}
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def document(name: str) -> dict[str, Any]:
    # The base loader: else the key `on` would be the word True
    loaded: dict[str, Any] = yaml.load(FILES[name].read_text(), Loader=yaml.BaseLoader)
    return loaded


def parts() -> list[dict[str, str]]:
    """Return the jobs of check.yml: which targets they make, with which Python."""
    matrix: list[dict[str, str]] = document("check.yml")["jobs"]["part"]["strategy"]["matrix"]["include"]
    return matrix


def runs(name: str) -> list[str]:
    jobs = document(name)["jobs"].values()
    return [step["run"] for job in jobs for step in job.get("steps", []) if "run" in step]


def test_there_are_three() -> None:
    assert set(FILES) == {"audit.yml", "check.yml", "deploy.yml"}


def test_the_audit_runs_with_every_change_and_every_week() -> None:
    assert runs("audit.yml") == ["make audit"]
    assert set(document("audit.yml")["on"]) == {"pull_request", "push", "schedule"}


@pytest.mark.parametrize("name", FILES)
def test_every_action_is_a_commit_with_its_version_beside_it(name: str) -> None:
    used = re.findall(r"uses: (.+)", FILES[name].read_text())

    assert used
    for action in used:
        ours = re.fullmatch(r"\./\.github/workflows/[a-z]+\.yml", action)
        assert ours or re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_one_action_has_one_commit_everywhere() -> None:
    pins = {tuple(it.split("@")) for path in FILES.values() for it in re.findall(r"uses: (\S+@\S+)", path.read_text())}

    assert len(pins) == len({action for action, _ in pins})


def test_every_target_exists() -> None:
    checked = {target for part in parts() for target in part["targets"].split()}
    deployed = {target for run in runs("deploy.yml") for target in re.findall(r"\bmake ([a-z-]+)", run)}

    assert deployed == {"deploy"}
    assert checked | deployed | {"audit"} <= TARGETS


def test_what_has_to_pass_here_has_to_pass_there() -> None:
    # .ci/run is what lands a change
    commands = re.findall(r"^make (.+)", (ROOT / ".ci/run").read_text(), re.MULTILINE)

    assert {target for it in commands for target in it.split()} == {
        target for part in parts() for target in part["targets"].split()
    }


def test_the_oldest_and_the_newest_python_are_checked() -> None:
    assert {part["python"] for part in parts() if part["targets"] == "check test"} == {"3.11", "3.13"}


@pytest.mark.parametrize("name", FILES)
def test_rights_are_few_and_nothing_is_secret(name: str) -> None:
    text = FILES[name].read_text()

    assert document(name)["permissions"] == {"contents": "read"}
    assert "secrets." not in text
    assert "pull_request_target" not in document(name)["on"]


def test_only_the_deployment_may_ask_for_a_token() -> None:
    jobs = {f"{name}/{job}": it for name in FILES for job, it in document(name)["jobs"].items()}
    with_rights = {job: it["permissions"] for job, it in jobs.items() if "permissions" in it}

    assert with_rights == {"deploy.yml/deploy": {"contents": "read", "id-token": "write"}}
    assert jobs["deploy.yml/deploy"]["needs"] == "check"
    assert jobs["deploy.yml/deploy"]["environment"]


@pytest.mark.parametrize("name", FILES)
def test_no_script_has_an_expression_pasted_into_it(name: str) -> None:
    assert [run for run in runs(name) if "${{" in run] == []


@pytest.mark.parametrize("name", FILES)
def test_every_job_ends_by_itself(name: str) -> None:
    for job, it in document(name)["jobs"].items():
        assert "timeout-minutes" in it or "uses" in it, job
