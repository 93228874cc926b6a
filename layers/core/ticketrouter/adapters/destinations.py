"""Destinations and their secrets: two JSON documents, read through Powertools and kept for two minutes.

The parameter is a list of `{"id", "kind", "threshold", "categories"}`, the secret an object
`{"<id>": {"url", "signing_keys"}}`. Addresses stand in the secret alone: that of a chat webhook is a password.
A document is refused as a whole, so that a typing error is seen at once and not when the night's alert is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.config import Config

from ticketrouter.domain.alert import KINDS, Destination, DestinationSecret
from ticketrouter.domain.errors import MissingSettingError
from ticketrouter.domain.signature import secret_bytes
from ticketrouter.domain.urgency import ALERT_THRESHOLD

CACHE_S = 120  # the dispatcher gives up on an unknown destination only later (`usecases.dispatcher.MAX_TRIES_UNKNOWN`)
_ID_CHARS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
MAX_ID_CHARS = 64
# Well inside the time that one message has: a document that does not come makes the batch come back.
_CONFIG = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2, "mode": "standard"})


class Documents(Protocol):
    """What is used of a Powertools provider (`SSMProvider`, `SecretsProvider`)."""

    def get(self, name: str, max_age: int | None = None) -> Any:
        """Return the text under a name."""


def parameters_provider() -> SSMProvider:
    """Return a provider with short time-outs; region and endpoint come from the environment."""
    return SSMProvider(boto3_client=boto3.client("ssm", config=_CONFIG))


class ParameterDestinations:
    """The Destinations of production.

    Args:
        parameters: Provider of the Parameter Store.
        name: The parameter.
    """

    def __init__(self, parameters: Documents, name: str) -> None:
        self._parameters = parameters
        self._name = name

    def all(self) -> Sequence[Destination]:
        """Return every destination; see the port."""
        place = f"parameter {self._name}"
        document = _read(self._parameters, self._name, place)
        if not isinstance(document, list):
            raise MissingSettingError(f"{place}: must be a JSON list of destinations")
        found = [_destination(entry, f"{place}, entry {index}") for index, entry in enumerate(document)]
        if len({destination.id for destination in found}) != len(found):
            raise MissingSettingError(f"{place}: an id stands there twice")
        return found


class SecretDestinationSecrets:
    """The DestinationSecrets of production.

    Args:
        secrets: Provider of Secrets Manager.
        arn: The secret.
    """

    def __init__(self, secrets: Documents, arn: str) -> None:
        self._secrets = secrets
        self._arn = arn

    def get(self, destination_id: str) -> DestinationSecret | None:
        """Return the secret of a destination; see the port.

        Raises:
            MissingSettingError: The document cannot be read. The message quotes nothing of it.
        """
        place = f"secret {self._arn}"
        document = _read(self._secrets, self._arn, place)
        if not isinstance(document, dict):
            raise MissingSettingError(f"{place}: must be a JSON object, id to secret")
        found = {name: _secret(entry, f"{place}, {name}") for name, entry in document.items()}
        return found.get(destination_id)


def _read(provider: Documents, name: str, place: str) -> Any:
    try:
        return json.loads(provider.get(name, max_age=CACHE_S))
    except GetParameterError as error:
        raise MissingSettingError(f"{place}: cannot be fetched") from error
    except (ValueError, TypeError, RecursionError):
        raise MissingSettingError(f"{place}: is not JSON") from None  # the cause holds the document


def _destination(entry: Any, place: str) -> Destination:
    fields = _fields(entry, {"id", "kind", "threshold", "categories"}, place)
    id_ = fields.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= MAX_ID_CHARS or not _ID_CHARS.issuperset(id_):
        raise MissingSettingError(f"{place}: id must be 1 to {MAX_ID_CHARS} letters, digits, dots, dashes, underscores")
    kind = fields.get("kind", "generic")
    if kind not in KINDS:
        raise MissingSettingError(f"{place}: kind must be one of {', '.join(KINDS)}")
    threshold = fields.get("threshold", ALERT_THRESHOLD)
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not ALERT_THRESHOLD <= threshold <= 1:
        raise MissingSettingError(f"{place}: threshold must be a number from {ALERT_THRESHOLD} to 1")
    return Destination(id_, kind, float(threshold), _texts(fields.get("categories", []), f"{place}: categories"))


def _secret(entry: Any, place: str) -> DestinationSecret:
    fields = _fields(entry, {"url", "signing_keys"}, place)
    url = fields.get("url")
    if not isinstance(url, str) or not url:
        raise MissingSettingError(f"{place}: url must be a text")
    signing_keys = _texts(fields.get("signing_keys", []), f"{place}: signing_keys")
    try:
        for key in signing_keys:
            secret_bytes(key)
    except MissingSettingError as error:
        raise MissingSettingError(f"{place}: {error}") from error
    return DestinationSecret(url, signing_keys)


def _fields(entry: Any, known: set[str], place: str) -> Mapping[str, Any]:
    if not isinstance(entry, dict):
        raise MissingSettingError(f"{place}: must be a JSON object")
    if unknown := entry.keys() - known:
        raise MissingSettingError(f"{place}: unknown {', '.join(sorted(unknown))}")
    return entry


def _texts(value: Any, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise MissingSettingError(f"{place} must be a list of texts")
    return tuple(value)
