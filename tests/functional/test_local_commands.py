"""What a newcomer types first: `invoke`, the example of `run`, `send`, destinations of one's own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from local.commands.env import env
from local.commands.invoke import invoke as invoke_command
from local.commands.invoke import read_case, show_answer
from local.commands.run import EXAMPLE
from local.commands.send import send
from local.destinations import load_destinations, parameter_document, secret_document
from local.errors import LocalStackError, StartError
from local.expectations import load_cases
from local.listen import listen
from local.state import StackFile
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain.urgency import ALERT_THRESHOLD

ROOT = Path(__file__).parents[2]
SLACK = {"id": "chat", "kind": "slack", "url": "https://hooks.example.com/chat"}


def test_the_ticket_that_run_proposes_is_alerted() -> None:
    (score,) = OnnxScorer(ROOT / "models").score([EXAMPLE])

    assert score.urgency_score > ALERT_THRESHOLD


def invoke(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local", "invoke", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)


class Answering:
    """A stage whose functions give one answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def invoke(self, word: str, event: Any) -> Any:
        return self.answer

    def begin(self, event: Any) -> None: ...


@pytest.mark.slow
def test_every_event_leads_to_what_is_expected_in_the_real_processes() -> None:
    cases = load_cases(ROOT / "events")

    done = invoke("--all")

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(cases)} of {len(cases)} as expected" in done.stdout
    assert [line.split()[1] for line in done.stdout.splitlines()[:-1]] == [case.name for case in cases]


def test_invoke_prints_the_answer_alone_and_says_that_it_is_the_expected_one() -> None:
    done = invoke("events/authorizer/good.json")

    context = {"key_id": "dev", "key_name": "dev", "scopes": "submit read operate"}
    answer = {"isAuthorized": True, "context": context}
    assert (done.returncode, json.loads(done.stdout or "null")) == (0, answer), done.stderr
    assert "as expected: A key with every scope." in done.stderr


def test_invoke_says_what_is_not_as_expected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = tmp_path / "mine.json"
    shutil.copy(ROOT / "events" / "authorizer" / "good.json", event)
    expected = {"about": "x", "answer": {"isAuthorized": False}}
    (tmp_path / "mine.expected.json").write_text(json.dumps(expected))

    assert not show_answer(read_case(event, "authorizer"), Answering({"isAuthorized": True}))

    printed = capsys.readouterr()
    assert json.loads(printed.out)["isAuthorized"] is True
    assert "answer.isAuthorized: expected false, is true" in printed.err


def test_of_several_events_those_that_are_not_as_expected_say_why(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "events" / "authorizer", tmp_path / "authorizer")
    (tmp_path / "authorizer" / "bad.expected.json").write_text('{"about": "x", "answer": {"isAuthorized": true}}')

    done = invoke(*(tmp_path / "authorizer" / f"{case}.json" for case in ("good", "bad")))

    assert done.returncode == 1
    good, bad, why, verdict = done.stdout.splitlines()
    assert (good.split()[:2], bad.split()[:2]) == (["✓", "authorizer/good"], ["✗", "authorizer/bad"])
    assert why.strip() == "answer.isAuthorized: expected true, is false"
    assert verdict.startswith("1 of 2 as expected; logs: ")


def test_an_event_of_ones_own_needs_no_expectation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(ROOT / "events" / "authorizer" / "bad.json", tmp_path / "mine.json")

    assert show_answer(read_case(tmp_path / "mine.json", "authorizer"), Answering({"isAuthorized": False}))

    printed = capsys.readouterr()
    assert (json.loads(printed.out), printed.err) == ({"isAuthorized": False}, "")


def test_invoke_wants_to_know_what() -> None:
    done = invoke()
    assert (done.returncode, "Give one or more files of events, or --all" in done.stderr) == (1, True)
    with pytest.raises(LocalStackError, match="Give one or more files of events, or --all"):
        invoke_command([Path("events/authorizer/good.json")], every=True)


def test_env_prints_what_a_container_needs_to_reach_the_running_stack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = {"sqs_url": "http://172.17.0.1:4566", "region": "us-east-1", "parameters": {"RateLimitPerMinute": "7"}}
    StackFile(tmp_path).write({**stack, "pid": os.getpid()})

    env(state_dir=tmp_path)

    variables = json.loads(capsys.readouterr().out)["IngestFunction"]
    assert variables["AWS_ENDPOINT_URL"] == "http://172.17.0.1:4566"
    assert variables["RATE_LIMIT_PER_MINUTE"] == "7"


def _send_to(answers: list[tuple[int, dict[str, Any]]], tmp_path: Path) -> None:
    """Send a ticket to a stand-in for the stack that gives these answers, one after the other."""

    async def answer(request: web.BaseRequest) -> web.Response:
        status, body = answers.pop(0)
        return web.json_response(body, status=status)

    async def scenario() -> None:
        listener = await listen(answer, limit_bytes=10_000)
        file = StackFile(tmp_path)
        file.write({"api_url": listener.url, "api_key": "tr_dev_x", "pid": os.getpid()})
        try:
            await asyncio.to_thread(send, "no login", state_dir=tmp_path)
        finally:
            await listener.close()

    asyncio.run(scenario())


def test_send_waits_for_the_score_and_the_alerts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alerts = [[{"status": "pending"}], [{"status": "delivered"}]]
    answers: list[tuple[int, dict[str, Any]]] = [
        (202, {"ticket_id": "t", "status": "scored"}),  # a duplicate: its score is not told here
        (200, {"ticket_id": "t", "status": "accepted", "alerts": []}),
        *((200, {"ticket_id": "t", "status": "scored", "alerts": each}) for each in alerts),
    ]

    _send_to(answers, tmp_path)

    assert answers == []
    assert json.loads(capsys.readouterr().out)["alerts"] == alerts[-1]


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (409, {"code": "conflict", "detail": "other content"}, "other content"),
        (403, {"message": "Forbidden"}, "Forbidden"),
        (500, {"odd": 1}, '{"odd": 1}'),
    ],
)
def test_send_says_why_it_was_refused(tmp_path: Path, status: int, body: dict[str, Any], reason: str) -> None:
    with pytest.raises(LocalStackError) as refusal:
        _send_to([(status, body)], tmp_path)
    assert str(refusal.value) == f"POST /tickets answered {status}: {reason}"


def test_own_destinations_are_read_by_the_rules_of_production(tmp_path: Path) -> None:
    path = tmp_path / "destinations.json"
    assert load_destinations(path) is None
    path.write_text(json.dumps([{**SLACK, "threshold": 0.9, "hourly_budget": None, "categories": ["Legal"]}]))

    own = load_destinations(path) or []

    assert json.loads(parameter_document(own)) == [
        {"id": "chat", "kind": "slack", "threshold": 0.9, "hourly_budget": None, "categories": ["Legal"]}
    ]
    assert json.loads(secret_document(own)) == {"chat": {"url": SLACK["url"]}}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "Expecting property name"),
        ("{}", "must be a JSON list"),
        ("[5]", "must be a JSON list"),
        (json.dumps([{**SLACK, "kind": "telegram"}]), "entry 0: kind must be one of"),
        (json.dumps([{**SLACK, "threshold": "high"}]), "entry 0: threshold must be"),
        (json.dumps([{**SLACK, "colour": "red"}]), "entry 0: unknown colour"),
        (json.dumps([{"id": "chat", "kind": "slack"}]), "chat: url must be"),
        (json.dumps([SLACK, SLACK]), "an id stands there twice"),
        (json.dumps([{**SLACK, "id": ["chat"]}]), "entry 0: id must be"),
    ],
)
def test_destinations_that_break_a_rule_are_refused_at_once(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "destinations.json"
    path.write_text(content)

    with pytest.raises(LocalStackError, match=reason) as refusal:
        load_destinations(path)
    assert SLACK["url"] not in str(refusal.value)


def test_a_taken_port_is_named_once() -> None:
    async def scenario() -> None:
        first = await listen(lambda request: None, limit_bytes=1)  # type: ignore[arg-type,return-value]
        try:
            with pytest.raises(StartError, match=rf"^Port {first.port} cannot be used \(address already in use\)"):
                await listen(lambda request: None, port=first.port, limit_bytes=1)  # type: ignore[arg-type,return-value]
        finally:
            await first.close()

    asyncio.run(scenario())
