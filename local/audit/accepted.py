"""accepted.toml: what is known and stays for now, each with its reason; an advisory only until a date."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from local.errors import LocalStackError

FILE = Path(__file__).with_name("accepted.toml")


@dataclass(frozen=True, slots=True)
class Accepted:
    """What may be.

    Attributes:
        shipped: Licences of what we give to others, as SPDX names.
        tools: Further licences of what only we use: it is not passed on.
        licences: Package to its licence, where its own metadata do not say or say it in other words.
        advisories: Identifiers of advisories that do not concern us, until when.
        rules: ruff's rules of security that command lines need not keep, by the folder.
    """

    shipped: frozenset[str]
    tools: frozenset[str]
    licences: Mapping[str, str]
    advisories: Mapping[str, date]
    rules: Mapping[str, frozenset[str]]

    def stands(self, advisory_ids: Sequence[str], today: date) -> bool:
        """Tell whether an advisory, under any of its names, is accepted still."""
        return any(self.advisories[name] >= today for name in advisory_ids if name in self.advisories)


def read_accepted(path: Path = FILE) -> Accepted:
    """Read the file.

    Raises:
        LocalStackError: It cannot be read, or something in it has no reason.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        entries = [one for name in ("licence", "advisory", "rule") for one in document.get(name, [])]
        if silent := [one for one in entries if not str(one.get("reason", "")).strip()]:
            raise LocalStackError(f"{path.name}: no reason is given for {silent[0]}")
        return Accepted(
            shipped=frozenset(document["licences"]["shipped"]),
            tools=frozenset(document["licences"]["tools"]),
            licences={one["package"]: one["licence"] for one in document.get("licence", [])},
            advisories={one["id"]: one["until"] for one in document.get("advisory", [])},
            rules=_rules(document.get("rule", [])),
        )
    except (OSError, KeyError, ValueError) as error:
        raise LocalStackError(f"{path.name} cannot be read: {error!r}") from error


def _rules(entries: Sequence[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    folders = {folder for one in entries for folder in one["folders"]}
    return {folder: frozenset(one["code"] for one in entries if folder in one["folders"]) for folder in folders}
