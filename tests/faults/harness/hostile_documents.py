"""What people write by hand, wrongly: destinations, their secrets, API keys, categories.

Each is taken, or refused in a sentence. What is taken must work: an alert goes out, a call is answered, a category is
guessed.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from functions.authorizer.handler import make_handler as make_authorizer
from local.stage import FIXTURE_KEY
from tests.event_stage import API_KEYS, EVENTS, ROOT, SIGNING_KEY, MemoryStage
from tests.faults.harness.hostile_json import harmed, texts, values, written
from tests.lambda_context import FakeLambdaContext
from ticketrouter.adapters.memory import MemoryApiKeys
from ticketrouter.adapters.secrets import parse_keys
from ticketrouter.domain.categories import guess_by_words, parse
from ticketrouter.domain.destinations import address_problem, masked, missing_secret, parse_destinations, parse_secrets
from ticketrouter.domain.documents import read_json
from ticketrouter.domain.errors import MissingSettingError

DESTINATIONS = [
    {"id": "sink", "kind": "slack", "threshold": 0.9, "categories": ["Technical"], "languages": ["en"],
     "hourly_budget": 2, "fallback": "night"},
    {"id": "night", "kind": "pagerduty", "hourly_budget": None},
    {"id": "own"},
]  # fmt: skip
SECRETS = {
    "sink": {"url": "https://hooks.slack.com/services/T0/B0/canary"},
    "night": {"url": "https://events.pagerduty.com/v2/enqueue", "routing_key": "a" * 32},
    "own": {"url": "https://example.com/hook?x=1", "signing_keys": [SIGNING_KEY]},
}
KEYS = json.loads(API_KEYS.read_text(encoding="utf-8"))
KINDS = ("destinations", "secrets", "keys", "categories")


@cache
def _toml() -> str:
    return (ROOT / "models" / "categories.example.toml").read_text(encoding="utf-8")


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return the kind of a document, and a document of that kind."""
    kind = draw(st.sampled_from(KINDS))
    if kind == "categories":
        text, put = (
            _toml(),
            st.one_of(texts, st.sampled_from(["[", "[[category]]\n", '"""', "= 1\n", "name = ", "\\u0000"])),
        )
        for _ in range(draw(st.integers(0, 3))):
            at, cut = draw(st.integers(0, len(text))), draw(st.integers(0, 30))
            text = text[:at] + draw(put) + text[at + cut :]
    else:
        originals: list[Any] = [{"destinations": DESTINATIONS, "secrets": SECRETS, "keys": KEYS}[kind]]
        text = draw(written(st.one_of(harmed(originals), harmed(originals), harmed(originals), values)))
    return kind, text.encode("utf-8", "surrogatepass")


def attack_document(stage: MemoryStage, kind: str, document: bytes) -> bool:
    """Read a document and use what it says; return whether it was taken."""
    text = document.decode("utf-8", "surrogatepass")
    try:
        match kind:
            case "destinations":
                _use_destinations(stage, text)
            case "secrets":
                _use_secrets(stage, text)
            case "keys":
                _use_keys(text)
            case "categories":
                guess = guess_by_words(parse(document).categories)
                guess("Nobody can log in").encode()
    except MissingSettingError as error:
        str(error).encode()  # it goes into a log
        return False
    return True


def _use_destinations(stage: MemoryStage, text: str) -> None:
    stage.destinations.destinations = parse_destinations(read_json(text, "parameter x"), "parameter x")
    event = json.loads((EVENTS / "query" / "list_destinations.json").read_text(encoding="utf-8"))
    json.dumps(stage.invoke("query", event), ensure_ascii=False).encode()
    _send_alerts(stage)


def _use_secrets(stage: MemoryStage, text: str) -> None:
    secrets = parse_secrets(read_json(text, "secret x"), "secret x")
    stage.destinations.destinations = parse_destinations(copy.deepcopy(DESTINATIONS), "parameter x")
    stage.secrets.secrets = secrets
    for destination in stage.destinations.destinations:
        secret = secrets.get(destination.id)
        missing_secret(destination, secret)
        if secret is not None:
            address_problem(secret, allow_loopback=True)
            masked(secret.url).encode()
    _send_alerts(stage)


def _send_alerts(stage: MemoryStage) -> None:
    event = json.loads((EVENTS / "dispatcher" / "slack.json").read_text(encoding="utf-8"))
    body = json.loads(event["Records"][0]["body"])
    record, event["Records"] = event["Records"][0], []
    for destination in [*stage.destinations.destinations, *stage.secrets.secrets][:5]:
        body["alert"]["destination"] = getattr(destination, "id", destination)
        event["Records"].append({**record, "messageId": f"m-{len(event['Records'])}", "body": json.dumps(body)})
    json.dumps(stage.invoke("dispatcher", event), ensure_ascii=False).encode()


def _use_keys(text: str) -> None:
    keys = parse_keys(text, "secret x")
    handler = make_authorizer(api_keys=MemoryApiKeys(keys.values()))
    event = json.loads((EVENTS / "authorizer" / "good.json").read_text(encoding="utf-8"))
    event["headers"] = {"authorization": f"Bearer {FIXTURE_KEY}"}
    answer = handler(event, FakeLambdaContext("authorizer"))
    json.dumps(answer, ensure_ascii=False).encode()
