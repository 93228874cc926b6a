"""The secret with the keys, edited: in moto and in the emulator of the local stack, alone and by two at once."""

from __future__ import annotations

import json
import os
import re
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.commands import keys
from local.errors import LocalStackError
from local.key_document import MAX_BYTES, adding, disabling, entries_of, removing
from local.key_secret import KeySecret, aws_client, emulator_client
from local.keys import key_entry, new_api_key
from local.state import StackFile
from tests.servers import aws_server
from ticketrouter.adapters.secrets import parse_keys

REGION = "us-east-1"
EMPTY = '{"keys":[]}'


@pytest.fixture(scope="module")
def emulator_url() -> Iterator[str]:
    with aws_server("secretsmanager") as url:
        yield url


@pytest.fixture
def moto_client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield aws_client(f"arn:aws:secretsmanager:{REGION}:123456789012:secret:keys-AbCdEf")


@pytest.fixture(params=["moto", "emulator"])
def client(request: pytest.FixtureRequest) -> Any:
    if request.param == "moto":
        return request.getfixturevalue("moto_client")
    return emulator_client(request.getfixturevalue("emulator_url"), REGION)


@pytest.fixture
def arn(client: Any) -> str:
    made: str = client.create_secret(Name=f"keys-{uuid.uuid4().hex}", SecretString=EMPTY)["ARN"]
    return made


def entry(key_id: str) -> dict[str, Any]:
    return key_entry(new_api_key(key_id))


def ids(secret: KeySecret) -> list[str]:
    return [each["id"] for each in entries_of(secret.read())]


class Interrupted:
    """A client of which another editor is quicker, between the draft and the moment it would become current."""

    def __init__(self, client: Any, others: list[Any]) -> None:
        self._client, self._others = client, others

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_secret_value(self, **arguments: Any) -> Any:
        answer = self._client.put_secret_value(**arguments)
        if self._others:
            self._others.pop(0)()
        return answer


def test_a_change_becomes_the_current_version_and_leaves_no_label(client: Any, arn: str) -> None:
    secret = KeySecret(client, arn)

    assert secret.edit(adding(entry("shop")))

    assert ids(secret) == ["shop"]
    versions = client.list_secret_version_ids(SecretId=arn)["Versions"]
    assert sorted(label for each in versions for label in each["VersionStages"]) == ["AWSCURRENT", "AWSPREVIOUS"]


def test_two_editors_at_once_lose_nothing(client: Any, arn: str) -> None:
    # Given two others who each store a key while ours is being stored
    others = [
        lambda: KeySecret(client, arn).edit(adding(entry("b"))),
        lambda: KeySecret(client, arn).edit(adding(entry("c"))),
    ]

    assert KeySecret(Interrupted(client, others), arn).edit(adding(entry("a")))

    assert others == []
    assert ids(KeySecret(client, arn)) == ["b", "c", "a"]


def test_the_same_id_at_once_is_refused_to_the_slower_one(client: Any, arn: str) -> None:
    first = entry("a")
    others = [lambda: KeySecret(client, arn).edit(adding(first))]

    with pytest.raises(LocalStackError, match="There is a key a already"):
        KeySecret(Interrupted(client, others), arn).edit(adding(entry("a")))

    assert entries_of(KeySecret(client, arn).read()) == [first]


def test_whoever_is_always_too_slow_is_told_and_changes_nothing(client: Any, arn: str) -> None:
    names = [f"k{n}" for n in range(9)]

    def other() -> None:
        KeySecret(client, arn).edit(adding(entry(names.pop(0))))

    with pytest.raises(LocalStackError, match="Others keep changing the keys"):
        KeySecret(Interrupted(client, [other] * 9), arn).edit(adding(entry("a")))

    assert ids(KeySecret(client, arn)) == [f"k{n}" for n in range(9 - len(names))]


def test_nothing_to_change_writes_no_version(client: Any, arn: str) -> None:
    secret = KeySecret(client, arn)
    secret.edit(adding(entry("a")))
    before = client.get_secret_value(SecretId=arn)["VersionId"]

    assert not secret.edit(disabling("a", False))

    assert client.get_secret_value(SecretId=arn)["VersionId"] == before


def test_a_secret_that_is_not_there_is_named(client: Any) -> None:
    with pytest.raises(LocalStackError, match=r"The secret with the keys: .*ResourceNotFoundException"):
        KeySecret(client, "no-such-secret").read()


@pytest.mark.parametrize("text", ["", "{}", '{"keys": [{"id": "a"}]}'])
def test_what_the_authorizer_would_refuse_is_not_edited(client: Any, arn: str, text: str) -> None:
    if text:
        client.put_secret_value(SecretId=arn, SecretString=text)
        with pytest.raises(LocalStackError, match="the keys"):
            KeySecret(client, arn).edit(adding(entry("a")))
    with pytest.raises(LocalStackError, match="name must be a text"):
        KeySecret(client, client.create_secret(Name=uuid.uuid4().hex, SecretString=EMPTY)["ARN"]).edit(
            adding(key_entry(new_api_key("a"), name="n" * 201))
        )


def test_a_key_in_use_is_not_removed(client: Any, arn: str) -> None:
    secret = KeySecret(client, arn)
    secret.edit(adding(entry("a")))

    with pytest.raises(LocalStackError, match="disable it first"):
        secret.edit(removing("a"))
    assert secret.edit(disabling("a", True))
    assert secret.edit(removing("a"))

    assert ids(secret) == []
    with pytest.raises(LocalStackError, match="There is no key a; there are: none"):
        secret.edit(removing("a"))


def test_more_keys_than_a_secret_holds_are_refused_before_they_are_sent(client: Any, arn: str) -> None:
    many = [key_entry(new_api_key(f"{n:064d}"), name="n" * 200) for n in range(MAX_BYTES // 300)]
    client.put_secret_value(SecretId=arn, SecretString=json.dumps({"keys": many[:100]}))

    with pytest.raises(LocalStackError, match=r"65,536 bytes"):
        KeySecret(client, arn).edit(lambda entries: entries.extend(many[100:]))

    assert len(ids(KeySecret(client, arn))) == 100


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def stack_folder(emulator_url: str, tmp_path: Path) -> Path:
    """Where a stack seems to run whose emulator is ours."""
    client = emulator_client(emulator_url, REGION)
    arn = client.create_secret(Name=f"keys-{uuid.uuid4().hex}", SecretString=EMPTY)["ARN"]
    stack = {"sqs_url": emulator_url, "region": REGION, "api_keys_secret": arn, "pid": os.getpid()}
    StackFile(tmp_path).write(stack)
    return tmp_path


def test_the_commands_change_the_keys_of_the_running_stack(
    stack_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys.add("shop-2", ["read", "submit"], "The shop", state_dir=stack_folder)
    made = capsys.readouterr()
    key = made.out.strip()
    assert re.fullmatch(r"tr_shop-2_\S{43}", key)
    assert "sha256" not in made.err

    keys.add("board", ["read"], state_dir=stack_folder)
    keys.disable("board", state_dir=stack_folder)
    capsys.readouterr()
    keys.list_(state_dir=stack_folder)
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[1:]]
    assert rows == [["shop-2", "The", "shop", "submit,", "read", "enabled"], ["board", "board", "read", "disabled"]]

    secret = keys._existing_secret(None, stack_folder)
    stored = parse_keys(secret.read(), "keys")
    assert stored["shop-2"].matches(key)
    assert key not in secret.read()
    assert stored["board"].disabled

    keys.enable("board", state_dir=stack_folder)
    assert not parse_keys(secret.read(), "keys")["board"].disabled
    keys.disable("board", state_dir=stack_folder)
    keys.remove("board", state_dir=stack_folder)
    assert set(parse_keys(secret.read(), "keys")) == {"shop-2"}


def test_the_commands_change_the_keys_of_a_deployment(moto_client: Any, capsys: pytest.CaptureFixture[str]) -> None:
    arn = moto_client.create_secret(Name="keys", SecretString=EMPTY)["ARN"]

    keys.add("desk", None, secret_id=arn)

    key = capsys.readouterr().out.strip()
    assert parse_keys(KeySecret(moto_client, arn).read(), "keys")["desk"].matches(key)


def test_without_a_stack_or_a_secret_a_key_and_its_entry_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys.add("me", ["submit"], state_dir=tmp_path)

    key, printed = capsys.readouterr().out.splitlines()
    assert parse_keys(f'{{"keys": [{printed}]}}', "keys")["me"].matches(key)
    for command in (keys.list_, lambda **where: keys.disable("me", **where)):
        with pytest.raises(LocalStackError, match="No stack runs here"):
            command(state_dir=tmp_path)


@pytest.mark.parametrize(
    ("key_id", "scopes", "reason"),
    [("a b", None, "is no name for a key"), ("a_b", None, "is no name for a key"), ("a", ["root"], "no scope root")],
)
def test_names_and_scopes_are_checked_before_a_key_is_made(
    tmp_path: Path, key_id: str, scopes: list[str] | None, reason: str
) -> None:
    with pytest.raises(LocalStackError, match=reason):
        keys.add(key_id, scopes, state_dir=tmp_path)


@pytest.mark.parametrize("name", ["desk\x1b[31m", "desk\nroot", "desk\u202e"])
def test_a_name_that_a_terminal_would_carry_out_is_refused(stack_folder: Path, name: str) -> None:
    before = keys._existing_secret(None, stack_folder).read()

    with pytest.raises(LocalStackError, match="without control characters"):
        keys.add("desk", None, name, state_dir=stack_folder)

    assert keys._existing_secret(None, stack_folder).read() == before


def test_an_empty_secret_id_is_not_the_running_stack(stack_folder: Path) -> None:
    # Given a shell in which the variable of --secret-id "$ARN" is not set
    for command in (keys.list_, partial(keys.add, "desk"), partial(keys.disable, "desk")):
        with pytest.raises(LocalStackError, match="--secret-id is empty"):
            command(secret_id="", state_dir=stack_folder)


def test_an_environment_that_names_no_region_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    with pytest.raises(LocalStackError, match="You must specify a region"):
        aws_client("keys")
