"""The keys: the twin in memory and Secrets Manager (moto, behind the real client) agree; a blip locks nobody out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.client import BaseClient
from moto import mock_aws

from ticketrouter.adapters.memory import MemoryApiKeys, MemoryClock
from ticketrouter.adapters.secrets import (
    KEYS_MAX_AGE_S,
    MAX_STALE_S,
    RETRY_S,
    SecretsApiKeys,
    parse_keys,
    renewed_text,
    secret_text,
    secrets_provider,
)
from ticketrouter.domain.access import ApiKey, Scope
from ticketrouter.domain.errors import MissingSettingError
from ticketrouter.ports import ApiKeys

DIGEST = hashlib.sha256(b"tr_dev_" + b"s" * 43).hexdigest()
DEV = {"id": "dev", "name": "Ada's laptop", "sha256": DIGEST, "scopes": ["submit", "read"]}
FORMER = {"id": "former", "sha256": DIGEST, "scopes": [], "disabled": True}


def _document(*keys: dict[str, Any]) -> str:
    return json.dumps({"keys": keys})


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseClient]:
    """A client of an empty Secrets Manager that answers within this process."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SECRETS_MANAGER", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        yield secrets_provider().client


def _secret(manager: BaseClient, text: str) -> str:
    arn: str = manager.create_secret(Name="keys", SecretString=text)["ARN"]
    return arn


# --- the contract ----------------------------------------------------------------------------------------------------


def _memory(_: pytest.FixtureRequest) -> ApiKeys:
    return MemoryApiKeys(
        [
            ApiKey("dev", DIGEST, frozenset({Scope.SUBMIT, Scope.READ}), name="Ada's laptop"),
            ApiKey("former", DIGEST, frozenset(), disabled=True),
        ]
    )


def _manager(request: pytest.FixtureRequest) -> ApiKeys:
    manager = request.getfixturevalue("manager")
    arn = _secret(manager, _document(DEV, FORMER))
    return SecretsApiKeys(secrets_provider(), arn, clock=MemoryClock(), on_stale=pytest.fail)


@pytest.fixture(params=[_memory, _manager], ids=["memory", "secrets-manager"])
def api_keys(request: pytest.FixtureRequest) -> ApiKeys:
    build: Callable[[pytest.FixtureRequest], ApiKeys] = request.param
    return build(request)


def test_a_known_key_is_returned_as_it_is_stored(api_keys: ApiKeys) -> None:
    assert api_keys.get("dev") == ApiKey("dev", DIGEST, frozenset({Scope.SUBMIT, Scope.READ}), name="Ada's laptop")


def test_a_disabled_key_is_still_known(api_keys: ApiKeys) -> None:
    assert api_keys.get("former") == ApiKey("former", DIGEST, frozenset(), disabled=True)


def test_an_unknown_key_is_none(api_keys: ApiKeys) -> None:
    assert api_keys.get("nobody") is None
    assert api_keys.get("") is None


# --- age -------------------------------------------------------------------------------------------------------------


class Flaky:
    """Secrets that a test switches off; counts how often it is asked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.down = False
        self.asked = 0

    def get(self, name: str, max_age: int | None = None) -> Any:
        assert (name, max_age) == ("arn:keys", 0)  # its age is ours to judge: no second cache behind us
        self.asked += 1
        if self.down:
            raise GetParameterError("no answer")
        return self.text


class World:
    def __init__(self) -> None:
        self.clock = MemoryClock()
        self.secrets = Flaky(_document(DEV))
        self.stale: list[MissingSettingError] = []
        self.keys = SecretsApiKeys(self.secrets, "arn:keys", clock=self.clock, on_stale=self.stale.append)


@pytest.fixture
def world() -> World:
    return World()


def test_the_document_is_fetched_once_a_minute(world: World) -> None:
    for _ in range(3):
        assert world.keys.get("dev")
    world.clock.advance(KEYS_MAX_AGE_S - 1)
    assert world.keys.get("dev")
    assert world.secrets.asked == 1

    world.secrets.text = _document(FORMER)
    world.clock.advance(1)
    assert world.keys.get("dev") is None
    assert world.keys.get("former")
    assert world.secrets.asked == 2


@pytest.mark.parametrize("broken", [None, "not JSON", _document({**DEV, "scopes": ["all"]})])
def test_a_blip_leaves_the_last_copy_and_says_so(world: World, broken: str | None) -> None:
    assert world.keys.get("dev")
    good = world.secrets.text
    world.secrets.down, world.secrets.text = broken is None, broken or good
    world.clock.advance(KEYS_MAX_AGE_S)

    # It is asked again now and then, not for every call
    for _ in range(3):
        assert world.keys.get("dev")
    assert (world.secrets.asked, len(world.stale)) == (2, 1)
    world.clock.advance(RETRY_S)
    assert world.keys.get("dev")
    assert (world.secrets.asked, len(world.stale)) == (3, 2)

    # And the next good answer counts
    world.secrets.down, world.secrets.text = False, _document(FORMER)
    world.clock.advance(RETRY_S)
    assert world.keys.get("dev") is None
    assert len(world.stale) == 2


def test_a_copy_that_is_too_old_lets_nobody_in(world: World) -> None:
    world.keys.get("dev")
    world.secrets.down = True
    world.clock.advance(MAX_STALE_S - 1)
    assert world.keys.get("dev")

    world.clock.advance(1)
    with pytest.raises(MissingSettingError):
        world.keys.get("dev")

    world.secrets.down = False
    assert world.keys.get("dev")


def test_without_a_first_copy_nobody_is_let_in(world: World) -> None:
    world.secrets.down = True
    for _ in range(2):
        with pytest.raises(MissingSettingError, match="arn:keys: cannot be fetched"):
            world.keys.get("dev")
    assert world.secrets.asked == 2
    assert world.stale == []


def test_a_clock_that_is_set_back_does_not_keep_a_copy_for_ever(world: World) -> None:
    world.keys.get("dev")
    world.secrets.text = _document()
    world.clock.advance(-86_400)

    assert world.keys.get("dev") is None


# --- texts -----------------------------------------------------------------------------------------------------------


def test_a_text_is_read_and_kept_for_its_age(manager: BaseClient) -> None:
    arn, provider = _secret(manager, "one"), secrets_provider()
    assert secret_text(provider, arn) == "one"
    manager.put_secret_value(SecretId=arn, SecretString="two")

    assert secret_text(provider, arn) == "one"
    assert secret_text(secrets_provider(), arn) == "two"


def test_a_renewed_text_is_the_one_of_now_whatever_is_cached(manager: BaseClient) -> None:
    arn = _secret(manager, "redis://old")
    secrets = secrets_provider()
    assert secret_text(secrets, arn) == "redis://old"
    manager.put_secret_value(SecretId=arn, SecretString="redis://new")

    assert secret_text(secrets, arn) == "redis://old"
    assert renewed_text(arn) == "redis://new"


def test_a_secret_that_is_not_there_or_not_a_text_is_refused_by_name(manager: BaseClient) -> None:
    missing = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:none-AbCdEf"
    binary = manager.create_secret(Name="binary", SecretBinary=b"\x00\x01")["ARN"]

    for arn in (missing, binary):
        with pytest.raises(MissingSettingError, match=f"secret {arn}: "):
            secret_text(secrets_provider(), arn)


def test_an_empty_text_is_none() -> None:
    with pytest.raises(MissingSettingError, match="must be a text"):
        secret_text(Flaky(""), "arn:keys", max_age_s=0)


# --- the document ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tr_dev_secret",
        "[]",
        "{}",
        '{"keys": {}}',
        "[" * 100_000,
        json.dumps({"keys": ["dev"]}),
        _document({**DEV, "colour": "red"}),
        _document({**DEV, "id": ""}),
        _document({**DEV, "id": "a_b"}),
        _document({**DEV, "id": 7}),
        _document({**DEV, "sha256": DIGEST.upper()}),
        _document({**DEV, "sha256": DIGEST[:-1]}),
        _document({**DEV, "sha256": None}),
        _document({**DEV, "scopes": "read"}),
        _document({**DEV, "scopes": ["write"]}),
        _document({**DEV, "scopes": [1]}),
        _document({**DEV, "disabled": "true"}),
        _document({key: value for key, value in DEV.items() if key != "scopes"}),
        _document(DEV, DEV),
    ],
)
def test_a_wrong_document_is_refused_as_a_whole_and_not_quoted(text: str) -> None:
    with pytest.raises(MissingSettingError) as raised:
        parse_keys(text, "secret arn:keys")

    assert str(raised.value).startswith("secret arn:keys")
    assert "tr_dev" not in str(raised.value)
    assert DIGEST[:16] not in str(raised.value).lower()


def test_no_keys_is_a_document_too() -> None:
    assert parse_keys('{"keys":[]}', "secret") == {}  # as the template makes it
