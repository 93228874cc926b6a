"""What a function's process of the local stack finds in its environment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from local.environment import container_environment, function_environment
from local.plan import Function, Place
from local.stack import read_plan

ROOT = Path(__file__).parents[2]

WORKER = Function(
    logical_id="WorkerFunction",
    word="worker",
    handler="worker.handler.lambda_handler",
    task_root=Path("/code"),
    is_image=True,
    timeout_s=60,
    memory_mb=3008,
    environment={"MODEL_DIR": "/var/task/models"},
    arn="arn:aws:lambda:us-east-1:000000000000:function:worker",
)


def environment_of(function: Function, root: Path) -> dict[str, str]:
    place = Place(root=root, emulator_url="http://127.0.0.1:1")
    return function_environment(function, place, runtime_api="127.0.0.1:2", extra={})


def test_the_bundle_is_that_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MODEL_DIR", raising=False)

    assert environment_of(WORKER, tmp_path)["MODEL_DIR"] == str(tmp_path / "models")


def test_the_user_names_another_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a folder relative to where the user stands, which is not where the function will run
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODEL_DIR", ".models/classic")

    assert environment_of(WORKER, tmp_path / "root")["MODEL_DIR"] == str(tmp_path / ".models" / "classic")


def test_a_function_without_a_model_is_told_of_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_DIR", ".models/classic")

    assert "MODEL_DIR" not in environment_of(replace(WORKER, is_image=False, environment={}), tmp_path)


def test_the_emulator_wins_over_an_endpoint_of_the_template(tmp_path: Path) -> None:
    declared = replace(WORKER, environment={"AWS_ENDPOINT_URL": ""})

    assert environment_of(declared, tmp_path)["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"


def test_containers_get_every_declared_variable_and_the_emulator_of_the_stack() -> None:
    place = Place(ROOT, emulator_url="http://172.17.0.1:4566")
    plan = read_plan(place, {"RateLimitPerMinute": "7"})

    environment = container_environment(plan)

    assert environment.keys() == plan.functions.keys()
    for logical_id, variables in environment.items():
        # SAM drops what the template does not declare, silently
        assert variables.keys() == plan.functions[logical_id].environment.keys()
        assert variables["AWS_ENDPOINT_URL"] == "http://172.17.0.1:4566"
    assert environment["IngestFunction"]["RATE_LIMIT_PER_MINUTE"] == "7"
    assert environment["IngestFunction"]["EXPRESS_QUEUE_URL"].startswith("http://172.17.0.1:4566/")
    assert environment["WorkerFunction"]["MODEL_DIR"] == "/var/task/models"
