"""Changes to the document of API keys: texts in, texts out. What it looks like stands in adapters/secrets.py."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from local.errors import LocalStackError
from ticketrouter.adapters.secrets import parse_keys
from ticketrouter.domain.errors import MissingSettingError

MAX_BYTES = 65_536  # Source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
Entry = dict[str, Any]
Change = Callable[[list[Entry]], None]


def entries_of(text: str) -> list[Entry]:
    """Return the entries of a document.

    Raises:
        LocalStackError: The authorizer would refuse it.
    """
    try:
        parse_keys(text, "the keys")
    except MissingSettingError as error:
        raise LocalStackError(str(error)) from error
    entries: list[Entry] = json.loads(text)["keys"]
    return entries


def changed(text: str, change: Change) -> str:
    """Return the document after a change; the same text if nothing has changed.

    Raises:
        LocalStackError: The change cannot be made, or the authorizer would refuse what came of it.
    """
    before, after = entries_of(text), entries_of(text)
    change(after)
    if after == before:
        return text
    written = json.dumps({"keys": after}, ensure_ascii=False, separators=(",", ":"))
    entries_of(written)
    if len(written.encode()) > MAX_BYTES:
        raise LocalStackError(
            f"The keys would exceed {MAX_BYTES:,} bytes, a secret's limit: remove some that are disabled"
        )
    return written


def adding(entry: Entry) -> Change:
    """Return the change that adds an entry."""

    def change(entries: list[Entry]) -> None:
        if any(each["id"] == entry["id"] for each in entries):
            raise LocalStackError(f"There is a key {entry['id']} already: give the new one another name")
        entries.append(entry)

    return change


def disabling(key_id: str, disabled: bool) -> Change:
    """Return the change that locks a key out, or lets it in again."""

    def change(entries: list[Entry]) -> None:
        entry = _find(entries, key_id)
        if entry.get("disabled", False) != disabled:
            entry["disabled"] = disabled

    return change


def removing(key_id: str) -> Change:
    """Return the change that forgets a key; it must be disabled, so that none in use is lost by mistake."""

    def change(entries: list[Entry]) -> None:
        entry = _find(entries, key_id)
        if not entry.get("disabled", False):
            raise LocalStackError(f"{key_id} is in use: disable it first, and see that nobody misses it")
        entries.remove(entry)

    return change


def _find(entries: list[Entry], key_id: str) -> Entry:
    for each in entries:
        if each["id"] == key_id:
            return each
    known = ", ".join(str(each["id"]) for each in entries) or "none"
    raise LocalStackError(f"There is no key {key_id}; there are: {known}")
