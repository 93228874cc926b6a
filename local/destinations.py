"""Where alerts go locally: three destinations at the sink, or those of .local/destinations.json.

That file holds a list like `[{"id": "oncall", "kind": "slack", "threshold": 0.8, "url": "https://…"}]`; `kind` is
generic, slack or discord, `"categories": ["Legal"]` limits it to some, and a generic one also has
`"signing_keys": ["whsec_…"]`. It stays out of git, for a webhook's address is a secret.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.errors import LocalStackError
from local.sink import Expected

_SINK_KINDS = {"sink": "generic", "sink-slack": "slack", "sink-discord": "discord"}
_SECRET_FIELDS = {"url", "signing_keys"}


@dataclass(frozen=True, slots=True)
class LocalDestination:
    """One destination with its secrets."""

    id: str
    kind: str
    url: str = field(repr=False)
    signing_keys: tuple[str, ...] = field(default=(), repr=False)
    threshold: float = 0.8
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Document:
    """A document at hand, where production has a provider that fetches it."""

    content: Any

    def get(self, name: str, max_age: int | None = None) -> str:
        return json.dumps(self.content)


def sink_destinations(sink_url: str) -> list[LocalDestination]:
    """Return one destination of each kind, at the sink, with new signing keys."""
    return [
        LocalDestination(
            id=name,
            kind=kind,
            url=f"{sink_url}/hooks/{name}",
            signing_keys=(f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}",) if kind == "generic" else (),
        )
        for name, kind in _SINK_KINDS.items()
    ]


def load_destinations(path: Path) -> list[LocalDestination] | None:
    """Read the user's own, by the rules of production; None if there is no such file.

    Raises:
        LocalStackError: It cannot be read, or breaks a rule.
    """
    if not path.exists():
        return None
    # Only here: boto3 and Powertools would cost each start a good part of a second.
    from ticketrouter.adapters.destinations import ParameterDestinations, SecretDestinationSecrets
    from ticketrouter.domain.errors import MissingSettingError

    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise ValueError("it must be a JSON list of objects")
        public = [{name: entry[name] for name in entry.keys() - _SECRET_FIELDS} for entry in entries]
        secret = {entry.get("id"): {name: entry[name] for name in entry.keys() & _SECRET_FIELDS} for entry in entries}
        kept = SecretDestinationSecrets(_Document(secret), path.name)
        return [
            LocalDestination(each.id, each.kind, own.url, own.signing_keys, each.threshold, each.categories)
            for each in ParameterDestinations(_Document(public), path.name).all()
            if (own := kept.get(each.id))
        ]
    except (OSError, ValueError, TypeError, MissingSettingError) as error:
        raise LocalStackError(f"{path} cannot be used ({error}): local/destinations.py says what it holds") from error


def expected_at_sink(destinations: list[LocalDestination]) -> dict[str, Expected]:
    """Return what the sink has to know of them."""
    return {each.id: Expected(each.kind, each.signing_keys) for each in destinations}


def parameter_document(destinations: list[LocalDestination]) -> str:
    """Return the parameter's value: what the worker may know."""
    return json.dumps(
        [
            {"id": each.id, "kind": each.kind, "threshold": each.threshold, "categories": [*each.categories]}
            for each in destinations
        ]
    )


def secret_document(destinations: list[LocalDestination]) -> str:
    """Return the secret's value: what only the dispatcher may know."""
    return json.dumps({each.id: {"url": each.url, "signing_keys": [*each.signing_keys]} for each in destinations})
