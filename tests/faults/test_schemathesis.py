"""What `make faults` excludes from schemathesis' checks: the named rules, and nothing beside them."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults.harness.schemathesis_rules import EXCLUDED, filter_failure


def refusal(*details: str, **more: Any) -> Any:
    body = {"errors": [{"pointer": "/x", "detail": detail} for detail in details], **more}
    return SimpleNamespace(content=json.dumps(body).encode())


POSITIVE = SimpleNamespace(checks=("positive_data_acceptance",), operation="GET /tickets")
NEGATIVE = SimpleNamespace(checks=("negative_data_rejection",), operation="GET /tickets")
BATCH = SimpleNamespace(checks=("negative_data_rejection",), operation="POST /tickets/batch")
ERROR = SimpleNamespace(checks=("not_a_server_error",), operation="POST /tickets/batch")
LONG = SimpleNamespace(
    checks=("negative_data_rejection",),
    operation="POST /tickets",
    message="in body - violates `maxLength` at /customer",
)
CURSOR = "is not a cursor of this list"


@pytest.mark.parametrize(("customer", "is_failure"), [(" " + "*" * 200, False), ("*" * 201, True)])
def test_a_length_counts_what_cleaning_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, customer: str, is_failure: bool
) -> None:
    monkeypatch.setenv(EXCLUDED, str(tmp_path / "excluded"))
    case = SimpleNamespace(body={"text": "it hangs", "customer": customer})

    assert filter_failure(None, LONG, case, refusal()) is is_failure


@pytest.mark.parametrize(
    ("failure", "response", "counted"),
    [
        (POSITIVE, refusal(CURSOR), "a cursor is right if an answer of the same list gave it"),
        (POSITIVE, refusal(CURSOR, "lies below the other end of its range"), "a cursor is right if"),
        (BATCH, refusal(rejected=[{"index": 0}]), "a batch is accepted and tells its bad rows"),
        (POSITIVE, refusal(CURSOR, "is not known here"), None),
        (POSITIVE, refusal(), None),
        (NEGATIVE, refusal(CURSOR), None),
        (BATCH, refusal(rejected=[]), None),
        (ERROR, refusal(CURSOR, rejected=[{"index": 0}]), None),
    ],
)
def test_only_what_is_listed_is_excluded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Any, response: Any, counted: str | None
) -> None:
    # given where exclusions are counted
    file = tmp_path / "excluded"
    monkeypatch.setenv(EXCLUDED, str(file))

    # when
    is_kept = filter_failure(None, failure, None, response)

    # then it is a failure, or counted by its reason
    assert is_kept is (counted is None)
    assert file.exists() is (counted is not None)
    if counted:
        assert file.read_text().startswith(counted)
