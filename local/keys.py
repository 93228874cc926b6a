"""API keys, and the secrets that the local stack keeps between starts in .local/secrets.json."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ALL_SCOPES = ("submit", "read", "operate")


def new_api_key(key_id: str) -> str:
    """Return a new key: its public part, and 256 random bits."""
    return f"tr_{key_id}_{secrets.token_urlsafe(32)}"


def key_entry(key: str, scopes: tuple[str, ...] = ALL_SCOPES, name: str = "") -> dict[str, Any]:
    """Return what stands in the secret for a key: its hash, never the key."""
    key_id = key.split("_")[1]
    digest = hashlib.sha256(key.encode()).hexdigest()
    return {"id": key_id, "name": name or key_id, "sha256": digest, "scopes": [*scopes]}


@dataclass(frozen=True, slots=True)
class LocalSecrets:
    """What stays the same over starts: scripts hold the key, ticket ids are made with the other."""

    api_key: str = field(repr=False)
    id_secret: str = field(repr=False)


def keep_secrets(folder: Path) -> LocalSecrets:
    """Read the secrets, or make them on the first start."""
    path = folder / "secrets.json"
    try:
        return LocalSecrets(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        made = LocalSecrets(api_key=new_api_key("dev"), id_secret=secrets.token_hex(32))
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps({"api_key": made.api_key, "id_secret": made.id_secret}), encoding="utf-8")
        return made
