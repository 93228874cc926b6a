"""The authorizer on real questions of the gateway: the same no for everyone who is turned away."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from functions.authorizer.handler import make_handler, warn_stale
from tests.lambda_context import FakeLambdaContext
from ticketrouter.adapters.memory import MemoryApiKeys
from ticketrouter.domain.access import ApiKey, Scope
from ticketrouter.domain.errors import MissingSettingError

ROOT = Path(__file__).parents[2]
SECRET = "this-is-no-secret-but-a-key-for-fixtures-only"
DENIED = ["bad", "unknown", "missing", "disabled", "wrong_scope"]
Output = pytest.CaptureFixture[str]


def _key(id_: str, *scopes: Scope, disabled: bool = False) -> ApiKey:
    return ApiKey(id_, hashlib.sha256(f"tr_{id_}_{SECRET}".encode()).hexdigest(), frozenset(scopes), disabled)


KEYS = MemoryApiKeys([_key("dev", *Scope), _key("reader", Scope.READ), _key("former", *Scope, disabled=True)])


def _ask(event: dict[str, Any]) -> dict[str, Any]:
    return make_handler(api_keys=KEYS)(event, FakeLambdaContext("authorizer"))


def _load(case: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((ROOT / "events" / "authorizer" / f"{case}.json").read_text())
    return event


def test_the_same_key_opens_one_route_and_not_the_other() -> None:
    event = _load("wrong_scope")
    event["routeKey"] = event["requestContext"]["routeKey"] = "GET /tickets/{ticket_id}"

    assert _ask(event)["context"] == {"key_id": "reader", "scopes": "read"}


def test_the_name_of_a_key_goes_with_the_call_for_the_audit() -> None:
    event = _load("good")
    key = "tr_named_" + "s" * 43
    event["headers"]["authorization"] = f"Bearer {key}"
    named = ApiKey("named", hashlib.sha256(key.encode()).hexdigest(), frozenset(Scope), name="Nina")
    answer = make_handler(api_keys=MemoryApiKeys([named]))(event, FakeLambdaContext("authorizer"))
    assert answer["context"]["key_name"] == "Nina"


def test_the_log_tells_denials_apart_and_shows_no_key(output: Output) -> None:
    for case in ["good", *DENIED]:
        _ask(_load(case))

    told = output.readouterr()
    lines = [json.loads(line) for line in told.out.splitlines()]
    denials = [(line["reason"], line["key_id"]) for line in lines if line.get("message") == "denied"]
    assert denials == [
        ("wrong-secret", "dev"),
        ("unknown-key", ""),
        ("no-key", ""),
        ("disabled", "former"),
        ("wrong-scope", "reader"),
    ]
    refused = [line["Refused"][0] for line in lines if "Refused" in line]
    assert refused == [1.0] * len(DENIED)
    for secret in (SECRET[:-1], "nobody-knows", hashlib.sha256(f"tr_dev_{SECRET}".encode()).hexdigest()):
        assert secret not in told.out + told.err


def test_when_the_keys_cannot_be_read_the_gateway_answers_500() -> None:
    class Unreadable:
        def get(self, key_id: str) -> ApiKey | None:
            raise MissingSettingError("secret arn:keys: cannot be fetched")

    with pytest.raises(MissingSettingError):
        make_handler(api_keys=Unreadable())(_load("good"), FakeLambdaContext("authorizer"))


def test_a_stale_copy_is_an_error_in_the_log(output: Output) -> None:
    warn_stale(MissingSettingError("secret arn:keys: cannot be fetched"))

    line = json.loads(output.readouterr().out)
    assert (line["level"], line["code"]) == ("ERROR", "missing-setting")
    assert line["detail"] == "secret arn:keys: cannot be fetched"


def test_the_function_imports_little() -> None:
    """Its cold start lies on the way of every first call."""
    program = (
        "import sys; import functions.authorizer.handler, ticketrouter.adapters.secrets, ticketrouter.adapters.system;"
        "print(*sorted({name.split('.')[0] for name in sys.modules}"
        " & {'pydantic', 'redis', 'numpy', 'onnxruntime', 'tokenizers'}),"
        " *(name for name in sys.modules if name.startswith('aws_lambda_powertools.event_handler')))"
    )
    python_path = {"PYTHONPATH": f"{ROOT / 'layers' / 'core'}:{ROOT}"}
    done = subprocess.run([sys.executable, "-c", program], env=python_path, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
