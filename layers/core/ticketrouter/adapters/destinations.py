"""Destinations and their secrets: two JSON documents, read through Powertools and kept for two minutes.

What they may hold is in `domain.destinations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import boto3
from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.config import Config

from ticketrouter.domain.alert import Destination, DestinationSecret
from ticketrouter.domain.destinations import parse_destinations, parse_secrets
from ticketrouter.domain.documents import read_json
from ticketrouter.domain.errors import MissingSettingError

CACHE_S = 120  # the dispatcher gives up on an unknown destination only later (`usecases.posting.MAX_TRIES_UNKNOWN`)
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
        return parse_destinations(_read(self._parameters, self._name, place), place)


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
        return parse_secrets(_read(self._secrets, self._arn, place), place).get(destination_id)


def _read(provider: Documents, name: str, place: str) -> Any:
    try:
        text = provider.get(name, max_age=CACHE_S)
    except GetParameterError as error:
        raise MissingSettingError(f"{place}: cannot be fetched") from error
    return read_json(text, place)
