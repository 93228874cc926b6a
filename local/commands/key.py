"""`python -m local key`: a new API key."""

from __future__ import annotations

import json
import re
from typing import Annotated

import typer

from local.commands.terminal import console, errors
from local.errors import LocalStackError
from local.keys import ALL_SCOPES, key_entry, new_api_key


def key(
    key_id: Annotated[str, typer.Argument(help="Public name of the key: letters, digits and dashes.")],
    scope: Annotated[list[str] | None, typer.Option(help="May be repeated; without it all scopes.")] = None,
) -> None:
    """Make a new API key and print the entry for the secret that holds the keys."""
    scopes = tuple(scope or ALL_SCOPES)
    if unknown := set(scopes) - set(ALL_SCOPES):
        raise LocalStackError(f"There is no scope {', '.join(sorted(unknown))}: use {', '.join(ALL_SCOPES)}")
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", key_id):
        raise LocalStackError(f"{key_id!r} is no name for a key: up to 64 letters, digits and dashes")
    made = new_api_key(key_id)
    errors.print("The key, shown this once:")
    console.print(made, highlight=False, markup=False, soft_wrap=True)
    errors.print("\nIts entry for the list `keys` in ApiKeysSecret:")
    console.print(json.dumps(key_entry(made, scopes)), highlight=False, markup=False, soft_wrap=True)
