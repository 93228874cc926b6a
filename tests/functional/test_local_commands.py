"""What a newcomer types first: `invoke` on every event, the example of `run`, destinations of one's own."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.commands.run import EXAMPLE
from local.destinations import load_destinations, parameter_document, secret_document
from local.errors import LocalStackError, StartError
from local.listen import listen
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain.urgency import ALERT_THRESHOLD

ROOT = Path(__file__).parents[2]
SLACK = {"id": "chat", "kind": "slack", "url": "https://hooks.example.com/chat"}


def test_the_ticket_that_run_proposes_is_alerted() -> None:
    (score,) = OnnxScorer(ROOT / "models").score([EXAMPLE])

    assert score.urgency_score > ALERT_THRESHOLD


@pytest.mark.parametrize(
    ("event", "answer"),
    [
        ("authorizer/good", {"isAuthorized": True, "context": {"key_id": "dev", "scopes": "submit read operate"}}),
        ("dispatcher/slack", {"batchItemFailures": []}),
    ],
)
def test_invoke_answers_an_event_of_the_repository(event: str, answer: dict[str, Any]) -> None:
    command = [sys.executable, "-m", "local", "invoke", f"events/{event}.json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, json.loads(done.stdout or "null")) == (0, answer), done.stderr


def test_own_destinations_are_read_by_the_rules_of_production(tmp_path: Path) -> None:
    path = tmp_path / "destinations.json"
    assert load_destinations(path) is None
    path.write_text(json.dumps([{**SLACK, "threshold": 0.9, "categories": ["Legal"]}]))

    own = load_destinations(path) or []

    assert json.loads(parameter_document(own)) == [
        {"id": "chat", "kind": "slack", "threshold": 0.9, "categories": ["Legal"]}
    ]
    assert json.loads(secret_document(own)) == {"chat": {"url": SLACK["url"], "signing_keys": []}}


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
        (json.dumps([{**SLACK, "id": ["chat"]}]), "unhashable"),
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
