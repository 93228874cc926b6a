"""Where alerts go locally: three destinations at the sink, or those of .local/destinations.json.

That file holds a list like `[{"id": "oncall", "kind": "slack", "threshold": 0.8, "url": "https://…"}]`; a generic
destination also has `"signing_keys": ["whsec_…"]`. It stays out of git, for a webhook's address is a secret.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from local.errors import LocalStackError
from local.sink import Expected

_SINK_KINDS = {"sink": "generic", "sink-slack": "slack", "sink-discord": "discord"}


@dataclass(frozen=True, slots=True)
class LocalDestination:
    """One destination with its secrets."""

    id: str
    kind: str
    url: str = field(repr=False)
    signing_keys: tuple[str, ...] = field(default=(), repr=False)
    threshold: float = 0.8


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
    """Read the user's own; None if there is no such file.

    Raises:
        LocalStackError: It cannot be read.
    """
    if not path.exists():
        return None
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return [
            LocalDestination(**{**entry, "signing_keys": tuple(entry.get("signing_keys", ()))}) for entry in entries
        ]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise LocalStackError(f"{path} is not a list of destinations ({error}): see local/destinations.py") from error


def expected_at_sink(destinations: list[LocalDestination]) -> dict[str, Expected]:
    """Return what the sink has to know of them."""
    return {each.id: Expected(each.kind, each.signing_keys) for each in destinations}


def parameter_document(destinations: list[LocalDestination]) -> str:
    """Return the parameter's value: what the worker may know."""
    return json.dumps([{"id": each.id, "kind": each.kind, "threshold": each.threshold} for each in destinations])


def secret_document(destinations: list[LocalDestination]) -> str:
    """Return the secret's value: what only the dispatcher may know."""
    return json.dumps({each.id: {"url": each.url, "signing_keys": [*each.signing_keys]} for each in destinations})
