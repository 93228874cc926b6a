"""Where alerts go locally: a destination of each kind at the sink, or those of .local/destinations.json.

That file holds a list like `[{"id": "oncall", "kind": "slack", "url": "https://…", "fallback": "mail"}]`: the fields of
both documents of production (`ticketrouter.domain.destinations`) in one entry. It stays out of git, for a webhook's
address is a secret.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.errors import LocalStackError
from local.sink import Expected
from ticketrouter.domain.alert import Destination, DestinationSecret
from ticketrouter.domain.destinations import PUBLIC_FIELDS, SECRET_FIELDS, parse_destinations, parse_secrets
from ticketrouter.domain.errors import MissingSettingError

_SINK_KINDS = {"sink": "generic", "sink-slack": "slack", "sink-discord": "discord"}


@dataclass(frozen=True, slots=True)
class LocalDestination:
    """One destination with its secrets."""

    public: Destination
    secret: DestinationSecret

    @property
    def id(self) -> str:
        """Return its name."""
        return self.public.id


def sink_destinations(sink_url: str) -> list[LocalDestination]:
    """Return one destination of each kind, at the sink, with new signing keys."""
    return [
        LocalDestination(
            Destination(name, kind), DestinationSecret(f"{sink_url}/hooks/{name}", _new_keys() if signed else ())
        )
        for name, kind in _SINK_KINDS.items()
        for signed in [kind == "generic"]
    ]


def _new_keys() -> tuple[str, ...]:
    return (f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}",)


def load_destinations(path: Path) -> list[LocalDestination] | None:
    """Read the user's own, by the rules of production; None if there is no such file.

    Raises:
        LocalStackError: It cannot be read, or breaks a rule.
    """
    if not path.exists():
        return None
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise ValueError("it must be a JSON list of objects")
        public = [{name: entry[name] for name in entry.keys() - SECRET_FIELDS} for entry in entries]
        found = parse_destinations(public, path.name)
        secret = {entry["id"]: {name: entry[name] for name in entry.keys() & SECRET_FIELDS} for entry in entries}
        kept = parse_secrets(secret, path.name)
        return [LocalDestination(each, kept[each.id]) for each in found]
    except (OSError, ValueError, MissingSettingError) as error:
        raise LocalStackError(f"{path} cannot be used ({error}): local/destinations.py says what it holds") from error


def expected_at_sink(destinations: Sequence[LocalDestination]) -> dict[str, Expected]:
    """Return what the sink has to know of them."""
    return {each.id: Expected(each.public.kind, each.secret.signing_keys) for each in destinations}


def parameter_document(destinations: Sequence[LocalDestination]) -> str:
    """Return the parameter's value: what the worker may know."""
    return json.dumps([_entry(each.public) for each in destinations])


def secret_document(destinations: Sequence[LocalDestination]) -> str:
    """Return the secret's value: what only the dispatcher may know."""
    found = {each.id: {name: getattr(each.secret, name) for name in SECRET_FIELDS} for each in destinations}
    return json.dumps(found)


def _entry(public: Destination) -> dict[str, Any]:
    """Return what is set: an empty fallback is none, and not the id of one."""
    values = {name: getattr(public, name) for name in sorted(PUBLIC_FIELDS)}
    return {name: value for name, value in values.items() if value not in (None, "", ())}
