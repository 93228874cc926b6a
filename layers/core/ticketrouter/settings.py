"""Every environment variable that a function of ours reads: one frozen dataclass each, field name = variable name.

Variables of Powertools (`POWERTOOLS_*`) and of the AWS SDK (`AWS_*`) are read by those libraries themselves.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import TypeVar, get_type_hints

from ticketrouter.domain.errors import MissingSettingError


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """Settings of ingest.

    Attributes:
        CACHE_URL_SECRET_ARN: Secret that holds the Redis or Valkey URL (`rediss://user:password@host:port`).
        ID_SECRET_ARN: Secret that keys the HMAC of deterministic ticket ids.
        EXPRESS_QUEUE_URL: The express lane.
        STANDARD_QUEUE_URL: The standard lane.
        RATE_LIMIT_PER_MINUTE: Tickets a minute for each API key; the burst is a tenth of it, at least 500.
        RECORD_TTL_S: How long a ticket's record is kept.
        DEADLINE_S: After how long without a final status the reconciler looks at a ticket.
        REDACT_STORED: Queue and store tickets without the personal data and secrets in their words; the model then
            reads them so.
    """

    CACHE_URL_SECRET_ARN: str
    ID_SECRET_ARN: str
    EXPRESS_QUEUE_URL: str
    STANDARD_QUEUE_URL: str
    RATE_LIMIT_PER_MINUTE: int = 6_000
    RECORD_TTL_S: int = 30 * 86_400
    DEADLINE_S: int = 3_600
    REDACT_STORED: bool = False


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """Settings of the worker.

    Attributes:
        CACHE_URL_SECRET_ARN: Secret that holds the Redis or Valkey URL.
        EXPRESS_QUEUE_URL: The express lane, for visibility.
        STANDARD_QUEUE_URL: The standard lane, for visibility.
        ALERT_QUEUE_URL: Where alerts go.
        DESTINATIONS_PARAMETER: Name of the parameter that lists the destinations.
        MODEL_DIR: Folder of the bundle: `manifest.json` and `artifacts/`.
        RECORD_TTL_S: How long a ticket's record is kept.
        DEADLINE_S: Deadline of a ticket whose record the worker has to make.
        INCIDENT_WINDOW_S: How long a ticket counts for the limit of an incident.
        INCIDENT_LIMIT: Urgent tickets that are alike and still told singly within the window; one more is an incident.
            0 looks for no incidents.
        INCIDENT_SIMILARITY: Cosine of duplicates; 0 takes the bundle's `duplicate_similarity`.
    """

    CACHE_URL_SECRET_ARN: str
    EXPRESS_QUEUE_URL: str
    STANDARD_QUEUE_URL: str
    ALERT_QUEUE_URL: str
    DESTINATIONS_PARAMETER: str
    MODEL_DIR: str
    RECORD_TTL_S: int = 30 * 86_400
    DEADLINE_S: int = 3_600
    INCIDENT_WINDOW_S: int = 300
    INCIDENT_LIMIT: int = 10
    INCIDENT_SIMILARITY: float = 0.0


@dataclass(frozen=True, slots=True)
class DispatcherSettings:
    """Settings of the dispatcher.

    Attributes:
        CACHE_URL_SECRET_ARN: Secret that holds the Redis or Valkey URL.
        ALERT_QUEUE_URL: Where alerts come from, for visibility.
        DESTINATIONS_PARAMETER: Name of the parameter that lists the destinations.
        DESTINATION_SECRETS_ARN: Secret with addresses and signing keys.
        PUBLIC_URL: Where people open a ticket; messages link there. Empty: no link.
        RECORD_TTL_S: How long a delivery's record is kept.
        ALLOW_LOOPBACK_WEBHOOKS: Let plain http to 127.0.0.1 pass the guard. For the local stack's sink alone; the
            template must never set it (a test looks).
    """

    CACHE_URL_SECRET_ARN: str
    ALERT_QUEUE_URL: str
    DESTINATIONS_PARAMETER: str
    DESTINATION_SECRETS_ARN: str
    PUBLIC_URL: str = ""
    RECORD_TTL_S: int = 30 * 86_400
    ALLOW_LOOPBACK_WEBHOOKS: bool = False


@dataclass(frozen=True, slots=True)
class QuerySettings:
    """Settings of query.

    Attributes:
        CACHE_URL_SECRET_ARN: Secret that holds the Redis or Valkey URL.
        EXPRESS_QUEUE_URL: The express lane, for depths and redrive.
        STANDARD_QUEUE_URL: The standard lane.
        ALERT_QUEUE_URL: Where replays go.
        DESTINATIONS_PARAMETER: Name of the parameter that lists the destinations.
        RECORD_TTL_S: How long a ticket's record is kept.
        DEADLINE_S: Deadline of a redriven ticket.
    """

    CACHE_URL_SECRET_ARN: str
    EXPRESS_QUEUE_URL: str
    STANDARD_QUEUE_URL: str
    ALERT_QUEUE_URL: str
    DESTINATIONS_PARAMETER: str
    RECORD_TTL_S: int = 30 * 86_400
    DEADLINE_S: int = 3_600


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """Settings of score.

    Attributes:
        CACHE_URL_SECRET_ARN: Secret that holds the Redis or Valkey URL, to score a ticket by its id.
        MODEL_DIR: Folder of the bundle.
    """

    CACHE_URL_SECRET_ARN: str
    MODEL_DIR: str


@dataclass(frozen=True, slots=True)
class ReconcilerSettings:
    """Settings of the reconciler.

    Attributes:
        CACHE_URL_SECRET_ARN: Secret that holds the Redis or Valkey URL.
        EXPRESS_QUEUE_URL: The express lane, for resends and depths.
        STANDARD_QUEUE_URL: The standard lane.
        ALERT_QUEUE_URL: Where alerts that were never enqueued go.
        DESTINATIONS_PARAMETER: Name of the parameter that lists the destinations, for their fallbacks.
        RECORD_TTL_S: How long a ticket's record is kept.
        DEADLINE_S: Time between two looks at a ticket that is not final.
        INCIDENT_QUIET_S: After how long without a further ticket an incident is closed.
        INCIDENT_WINDOW_S: How long a ticket counts for the limit of an incident.
    """

    CACHE_URL_SECRET_ARN: str
    EXPRESS_QUEUE_URL: str
    STANDARD_QUEUE_URL: str
    ALERT_QUEUE_URL: str
    DESTINATIONS_PARAMETER: str
    RECORD_TTL_S: int = 30 * 86_400
    DEADLINE_S: int = 3_600
    INCIDENT_QUIET_S: int = 900
    INCIDENT_WINDOW_S: int = 300


@dataclass(frozen=True, slots=True)
class AuthorizerSettings:
    """Settings of the authorizer.

    Attributes:
        API_KEYS_SECRET_ARN: Secret with the hashed keys.
    """

    API_KEYS_SECRET_ARN: str


SettingsT = TypeVar("SettingsT")


def load(cls: type[SettingsT], environ: Mapping[str, str] | None = None) -> SettingsT:
    """Read a settings class from the environment.

    Raises:
        MissingSettingError: Names every variable that is missing or unreadable.
    """
    source = os.environ if environ is None else environ
    types = get_type_hints(cls)
    values: dict[str, object] = {}
    problems: list[str] = []
    for setting in fields(cls):  # type: ignore[arg-type]
        raw = source.get(setting.name, "")
        if not raw:
            if setting.default is MISSING:
                problems.append(f"{setting.name} is not set")
            continue
        try:
            values[setting.name] = _parse(raw, types[setting.name])
        except ValueError:
            problems.append(f"{setting.name} must be {types[setting.name].__name__}, is {raw!r}")
    if problems:
        raise MissingSettingError(f"{cls.__name__}: " + "; ".join(problems))
    return cls(**values)


def _parse(raw: str, kind: type) -> object:
    if kind is bool:
        if raw.lower() not in ("true", "false"):
            raise ValueError(raw)
        return raw.lower() == "true"
    return kind(raw)
