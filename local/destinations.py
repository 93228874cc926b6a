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
from ticketrouter.domain.alert import KINDS, Destination, DestinationSecret
from ticketrouter.domain.destinations import PUBLIC_FIELDS, SECRET_FIELDS, parse_destinations, parse_secrets
from ticketrouter.domain.errors import MissingSettingError

_SINK_KINDS = {"sink": "generic", **{f"sink-{kind}": kind for kind in KINDS if kind != "generic"}}


@dataclass(frozen=True, slots=True)
class LocalDestination:
    """One destination with its secrets."""

    public: Destination
    secret: DestinationSecret

    @property
    def id(self) -> str:
        """Return its name."""
        return self.public.id


def sink_destinations(sink_url: str, hourly_budget: int | None, kinds: Sequence[str] = KINDS) -> list[LocalDestination]:
    """Return one destination of each kind, at the sink, with new signing keys."""
    return [
        LocalDestination(
            Destination(name, kind, hourly_budget=hourly_budget), _new_secret(kind, f"{sink_url}/hooks/{name}")
        )
        for name, kind in _SINK_KINDS.items()
        if kind in kinds
    ]


def _new_secret(kind: str, url: str) -> DestinationSecret:
    signing_key = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    return DestinationSecret(
        url,
        signing_keys=(signing_key,) if kind == "generic" else (),
        routing_key=secrets.token_hex(16) if kind == "pagerduty" else "",
    )


def load_destinations(path: Path) -> list[LocalDestination] | None:
    """Read the user's own, by the rules of production; None if there is no such file.

    Raises:
        LocalStackError: It cannot be read, or breaks a rule.
    """
    if not path.exists():
        return None
    try:
        public, secret = read_entries(path)
        found = parse_destinations(public, path.name)
        kept = parse_secrets(secret, path.name)
        return [LocalDestination(each, kept[each.id]) for each in found]
    except (OSError, ValueError, MissingSettingError) as error:
        raise LocalStackError(f"{path} cannot be used ({error}): local/destinations.py says what it holds") from error


def read_entries(path: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the two documents of production that a file of this form stands for.

    Raises:
        OSError: It cannot be read.
        ValueError: It holds no list of objects.
    """
    entries = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("it must be a JSON list of objects")
    public = [{name: entry[name] for name in entry.keys() - SECRET_FIELDS} for entry in entries]
    # An id that is none is complained of by the public part.
    return public, {
        str(entry.get("id")): {name: entry[name] for name in entry.keys() & SECRET_FIELDS} for entry in entries
    }


def expected_at_sink(destinations: Sequence[LocalDestination]) -> dict[str, Expected]:
    """Return what the sink has to know of them."""
    return {
        each.id: Expected(each.public.kind, each.secret.signing_keys, each.secret.routing_key) for each in destinations
    }


def parameter_document(destinations: Sequence[LocalDestination]) -> str:
    """Return the parameter's value: what the worker may know."""
    return json.dumps([_set_fields(each.public, PUBLIC_FIELDS) for each in destinations])


def secret_document(destinations: Sequence[LocalDestination]) -> str:
    """Return the secret's value: what only the dispatcher may know."""
    return json.dumps({each.id: _set_fields(each.secret, SECRET_FIELDS) for each in destinations})


def _set_fields(of: Destination | DestinationSecret, names: frozenset[str]) -> dict[str, Any]:
    """Return what is set. An empty fallback is none, and not the id of one; null is a value: a budget without limit."""
    values = {name: getattr(of, name) for name in sorted(names)}
    return {name: value for name, value in values.items() if value not in ("", ())}
