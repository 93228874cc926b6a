"""Secrets Manager through Powertools: single texts, and the document of API keys.

The document is `{"keys": [{"id", "name", "sha256", "scopes": [...], "disabled": false}]}`; `name` is for people. It is
refused as a whole when anything in it is wrong, so that a typing error is seen at once. Errors quote nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import boto3
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.config import Config

from ticketrouter.domain.access import KEY_ID, ApiKey, Scope
from ticketrouter.domain.documents import read_json
from ticketrouter.domain.errors import MissingSettingError
from ticketrouter.ports import Clock

TEXT_MAX_AGE_S = 300
KEYS_MAX_AGE_S = 60  # as long again may pass in the gateway's own cache before a disabled key is locked out
RETRY_S = 15  # while Secrets Manager is away, one call in this time pays for asking again
MAX_STALE_S = 3_600  # beyond it a key that was withdrawn might still open the door: better nobody than anybody

# Two tries that stand still for 1.5 s and the pause between them stay within the authorizer's 5 s.
_CONFIG = Config(connect_timeout=1, read_timeout=1.5, retries={"total_max_attempts": 2, "mode": "standard"})
# Asked while a request waits for it: one try, and less than a second.
_RENEWAL = Config(connect_timeout=0.3, read_timeout=0.6, retries={"total_max_attempts": 1, "mode": "standard"})
_SHA256 = re.compile(r"[0-9a-f]{64}")
MAX_NAME_CHARS = 200
_FIELDS = frozenset({"id", "name", "sha256", "scopes", "disabled"})


class Secrets(Protocol):
    """What is used of Powertools' `SecretsProvider`."""

    def get(self, name: str, max_age: int | None = None) -> Any:
        """Return the text under an ARN."""


def secrets_provider() -> SecretsProvider:
    """Return a provider with short time-outs; region and endpoint come from the environment.

    Its client is of boto3's default session, as all our clients are: a session of its own costs 70 ms at cold start.
    """
    return SecretsProvider(boto3_client=boto3.client("secretsmanager", config=_CONFIG))


def secret_text(secrets: Secrets, arn: str, *, max_age_s: int = TEXT_MAX_AGE_S) -> str:
    """Return a secret's text, at most `max_age_s` old.

    Raises:
        MissingSettingError: It cannot be fetched, is empty or is not a text.
    """
    try:
        text = secrets.get(arn, max_age=max_age_s)
    except GetParameterError as error:
        raise MissingSettingError(f"secret {arn}: cannot be fetched") from error
    if not isinstance(text, str) or not text:
        raise MissingSettingError(f"secret {arn}: must be a text that is not empty")
    return text


def renewed_text(arn: str) -> str:
    """Return a secret's text as it is now, within a second: the copy that a process has was refused.

    Raises:
        MissingSettingError: It cannot be fetched, is empty or is not a text.
    """
    return secret_text(SecretsProvider(boto3_client=boto3.client("secretsmanager", config=_RENEWAL)), arn, max_age_s=0)


class SecretsApiKeys:
    """The ApiKeys of production: parsed once a minute, and kept through a blip of Secrets Manager.

    Args:
        secrets: Provider of Secrets Manager.
        arn: The secret.
        clock: Time. Unix time, for a sandbox that was frozen must notice how long.
        on_stale: Told each time that the keys could not be renewed and an old copy stands.
    """

    def __init__(
        self, secrets: Secrets, arn: str, *, clock: Clock, on_stale: Callable[[MissingSettingError], None]
    ) -> None:
        self._secrets = secrets
        self._arn = arn
        self._clock = clock
        self._on_stale = on_stale
        self._keys: Mapping[str, ApiKey] = {}
        self._fetched_at_ms: int | None = None
        self._asked_at_ms = 0

    def get(self, key_id: str) -> ApiKey | None:
        """Return the key with this public id.

        Raises:
            MissingSettingError: The document cannot be read, and there is no copy younger than an hour.
        """
        now_ms = self._clock.now_ms()
        fetched_at_ms = self._fetched_at_ms
        if fetched_at_ms is None:
            self._renew(now_ms)
        elif not _within(fetched_at_ms, now_ms, KEYS_MAX_AGE_S):
            self._try_to_renew(now_ms, fetched_at_ms)
        return self._keys.get(key_id)

    def _try_to_renew(self, now_ms: int, fetched_at_ms: int) -> None:
        stale_allowed = _within(fetched_at_ms, now_ms, MAX_STALE_S)
        if stale_allowed and _within(self._asked_at_ms, now_ms, RETRY_S):
            return
        try:
            self._renew(now_ms)
        except MissingSettingError as error:
            if not stale_allowed:
                raise
            self._on_stale(error)

    def _renew(self, now_ms: int) -> None:
        self._asked_at_ms = now_ms
        self._keys = parse_keys(secret_text(self._secrets, self._arn, max_age_s=0), f"secret {self._arn}")
        self._fetched_at_ms = now_ms


def _within(since_ms: int, now_ms: int, age_s: int) -> bool:
    """Tell whether `since_ms` is less than `age_s` ago; never for a time to come, which a clock set back would show."""
    return 0 <= now_ms - since_ms < age_s * 1_000


def parse_keys(text: str, place: str) -> dict[str, ApiKey]:
    """Read the document of keys; id to key.

    Args:
        text: The document.
        place: Names it in errors.

    Raises:
        MissingSettingError: Names what is wrong, without quoting it.
    """
    document = read_json(text, place)
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise MissingSettingError(f'{place}: must be {{"keys": [...]}}')
    keys = [_key(entry, f"{place}, key {index}") for index, entry in enumerate(entries)]
    if len({key.id for key in keys}) != len(keys):
        raise MissingSettingError(f"{place}: an id stands there twice")
    return {key.id: key for key in keys}


def _key(entry: Any, place: str) -> ApiKey:
    if not isinstance(entry, dict) or entry.keys() - _FIELDS:
        raise MissingSettingError(f"{place}: must be an object of {', '.join(sorted(_FIELDS))} and no more")
    id_, sha256 = entry.get("id"), entry.get("sha256")
    if not isinstance(id_, str) or not KEY_ID.fullmatch(id_):
        raise MissingSettingError(f"{place}: id must be 1 to 64 letters, digits and dashes")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        raise MissingSettingError(f"{place}: sha256 must be 64 lower-case hex digits")
    scopes = entry.get("scopes")
    if not isinstance(scopes, list) or not all(isinstance(scope, str) and scope in set(Scope) for scope in scopes):
        raise MissingSettingError(f"{place}: scopes must be a list out of {', '.join(Scope)}")
    disabled = entry.get("disabled", False)
    if not isinstance(disabled, bool):
        raise MissingSettingError(f"{place}: disabled must be true or false")
    name = entry.get("name", "")
    if not isinstance(name, str) or len(name) > MAX_NAME_CHARS:
        raise MissingSettingError(f"{place}: name must be a text of at most {MAX_NAME_CHARS} characters")
    return ApiKey(id_, sha256, frozenset(Scope(scope) for scope in scopes), disabled, name)
