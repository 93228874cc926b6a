"""`python -m local destinations`: what it says of documents, and how it tries a destination; never an address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook
from typer.testing import CliRunner, Result

from local.commands.destinations import destinations
from local.errors import LocalStackError
from tests.contract.farm import Farm

KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ONCALL = {"id": "oncall", "url": "https://hooks.example.com/services/secretABCD", "signing_keys": [KEY]}
CHAT = {"id": "chat", "kind": "slack", "url": "https://hooks.example.org/services/another-WXYZ", "fallback": "oncall"}


@pytest.fixture
def farm() -> Iterator[Farm]:
    made = Farm()
    yield made
    made.close()


def run(*arguments: str, entries: list[dict[str, Any]] | None = None, folder: Path | None = None) -> Result:
    given = list(arguments)
    if entries is not None and folder is not None:
        path = folder / "destinations.json"
        path.write_text(json.dumps(entries))
        given += ["--file", str(path)]
    return CliRunner().invoke(destinations, given)


def test_good_documents_are_shown_without_their_addresses(tmp_path: Path) -> None:
    entry = ONCALL | {"languages": ["en"], "hourly_budget": 20, "categories": ["Legal"], "threshold": 0.9}
    result = run("check", entries=[entry, CHAT], folder=tmp_path)

    assert result.exit_code == 0
    assert "2 of 2 destinations are as they should be" in result.output
    first = next(line for line in result.output.splitlines() if line.startswith("oncall"))
    assert first.split() == ["oncall", "generic", "0.9", "Legal,", "en", "20", "-", "hooks.example.com/…ABCD", "1"]
    assert "secret" not in result.output
    assert "services" not in result.output
    assert KEY not in result.output


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (CHAT | {"url": "https://10.0.0.1/x"}, "chat: the URL is not https on port 443 of a public name"),
        ({"id": "oncall", "url": ONCALL["url"]}, "oncall: has no signing_keys"),
        (CHAT | {"kind": "pagerduty"}, "chat: has no routing_key"),
    ],
)
def test_what_would_fail_at_night_is_a_problem_now(tmp_path: Path, entry: dict[str, Any], problem: str) -> None:
    result = run("check", entries=[{k: v for k, v in entry.items() if k != "fallback"}], folder=tmp_path)
    assert result.exit_code == 1
    assert f"! {problem}" in result.output


def test_the_two_documents_of_aws_are_held_against_each_other(tmp_path: Path) -> None:
    parameter, secret = tmp_path / "parameter.json", tmp_path / "secret.json"
    parameter.write_text('[{"id": "oncall"}, {"id": "late"}]')
    own = {"url": ONCALL["url"], "signing_keys": [KEY]}
    secret.write_text(json.dumps({"oncall": own, "gone": own, "local": own | {"url": "http://127.0.0.1:8000/x"}}))

    result = run("check", "--parameter", str(parameter), "--secret", str(secret))

    assert result.exit_code == 1
    assert "! late: has no secret" in result.output
    assert "! gone: has a secret, but is not listed" in result.output


def test_in_aws_an_address_of_this_machine_is_none(tmp_path: Path) -> None:
    parameter, secret = tmp_path / "parameter.json", tmp_path / "secret.json"
    parameter.write_text('[{"id": "oncall"}]')
    secret.write_text(json.dumps({"oncall": {"url": "http://127.0.0.1:8000/x", "signing_keys": [KEY]}}))
    assert "! oncall: the URL" in run("check", "--parameter", str(parameter), "--secret", str(secret)).output


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([ONCALL | {"kind": "fax"}], "entry 0: kind must be one of"),
        ([ONCALL | {"fallback": "oncall"}], "entry 0: fallback: it leads in a circle"),
        ([ONCALL | {"signing_keys": ["whsec_x"]}], "oncall: a signing key must be"),
        ([5], "must be a JSON list of objects"),
    ],
)
def test_documents_against_the_rules_are_refused(tmp_path: Path, entries: list[Any], reason: str) -> None:
    result = run("check", entries=entries, folder=tmp_path)
    assert isinstance(result.exception, LocalStackError)
    assert reason in str(result.exception)
    assert "hooks.example" not in str(result.exception)


@pytest.mark.parametrize("arguments", [["--file", "{file}", "--secret", "{file}"], ["--parameter", "{file}"]])
def test_documents_are_asked_for_in_one_way(tmp_path: Path, arguments: list[str]) -> None:
    file = tmp_path / "f.json"
    file.write_text("[]")
    result = run("check", *(each.format(file=file) for each in arguments))
    assert "Give --file alone" in str(result.exception)


def test_without_a_stack_it_says_so(tmp_path: Path) -> None:
    assert "No stack runs here" in str(run("check", "--state-dir", str(tmp_path)).exception)


def test_a_destination_is_tried_by_a_marked_and_signed_message(tmp_path: Path, farm: Farm) -> None:
    entry = ONCALL | {"url": farm.url("/200")}
    result = run("test", "oncall", entries=[entry], folder=tmp_path)

    assert result.exit_code == 0
    assert result.output.startswith("delivered")
    assert "status 200," in result.output
    (request,) = farm.requests
    assert Webhook(KEY).verify(request.body.decode(), request.headers)["type"] == "destination.test"


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [("/status/404", "webhook-rejected"), ("/status/410", "webhook-gone"), ("/302", "webhook-rejected")],
)
def test_a_destination_that_refuses_is_told(tmp_path: Path, farm: Farm, behaviour: str, said: str) -> None:
    result = run("test", "oncall", entries=[ONCALL | {"url": farm.url(behaviour)}], folder=tmp_path)
    assert result.exit_code == 1
    assert said in result.output
    assert f"status {behaviour[-3:]}," in result.output


def test_an_address_inside_is_not_tried(tmp_path: Path) -> None:
    result = run("test", "chat", entries=[CHAT | {"url": "https://localhost/x", "fallback": "b"}, ONCALL | {"id": "b"}],
                 folder=tmp_path)  # fmt: skip
    assert result.exit_code == 1
    assert "unsafe-webhook-url" in result.output


def test_a_destination_that_is_not_listed_is_named(tmp_path: Path) -> None:
    result = run("test", "nobody", entries=[ONCALL], folder=tmp_path)
    assert "There is no destination nobody with an address; listed: oncall" in str(result.exception)
