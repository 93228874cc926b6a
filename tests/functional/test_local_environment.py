"""What a function's process of the local stack finds in its environment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from local.environment import function_environment
from local.plan import Function, Place

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
