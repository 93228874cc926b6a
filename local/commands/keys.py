"""`python -m local keys`: who may call. Keys of the running stack, or of a deployment by its secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from local.commands.terminal import DEFAULT_STATE, StateDir, console, errors
from local.errors import LocalStackError
from local.key_document import Change, adding, disabling, entries_of, removing
from local.key_secret import KeySecret, aws_client, emulator_client
from local.keys import ALL_SCOPES, key_entry, new_api_key
from local.state import running_stack
from ticketrouter.domain.access import KEY_ID

keys = typer.Typer(
    help="Add, list, disable, enable and remove API keys: of the running stack, or with --secret-id of a deployment.",
    no_args_is_help=True,
)

SecretId = Annotated[
    str | None,
    typer.Option(metavar="ARN", help="ApiKeysSecretArn of a deployment; without it, the keys of the running stack."),
]
KeyId = Annotated[str, typer.Argument(metavar="ID", help="Which one; `list` has them.")]


@keys.command()
def add(
    key_id: Annotated[str, typer.Argument(metavar="NAME", help="Its public id: up to 64 letters, digits, dashes.")],
    scope: Annotated[list[str] | None, typer.Option(help="May be repeated; without it all scopes.")] = None,
    name: Annotated[str, typer.Option(help="For people: who or what calls with it. Shown in the audit.")] = "",
    secret_id: SecretId = None,
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Make a new key and show it, this once; its hash alone is stored.

    Where no stack runs and no secret is named, nothing is stored: the entry for the secret is printed.
    """
    made = new_api_key(_checked_id(key_id))
    entry = key_entry(made, _checked_scopes(scope), _checked_name(name))
    secret = _secret(secret_id, state_dir)
    if secret:
        secret.edit(adding(entry))
    errors.print("The key, shown this once:")
    console.print(made, highlight=False, markup=False, soft_wrap=True)
    if secret:
        errors.print("It opens within 60 s. Who tries it before may be refused for two minutes.", highlight=False)
    else:
        errors.print("\nIts entry for the list `keys` in ApiKeysSecret:")
        console.print(json.dumps(entry), highlight=False, markup=False, soft_wrap=True)


@keys.command("list")
def list_(secret_id: SecretId = None, state_dir: StateDir = DEFAULT_STATE) -> None:
    """Show the keys: id, name, scopes, and whether they are disabled."""
    table = Table("id", "name", "scopes", "state", box=None, pad_edge=False)
    for each in entries_of(_existing_secret(secret_id, state_dir).read()):
        state = "[red]disabled[/]" if each.get("disabled") else "enabled"
        table.add_row(escape(each["id"]), escape(each.get("name", "")), ", ".join(each["scopes"]), state)
    console.print(table)


@keys.command()
def disable(key_id: KeyId, secret_id: SecretId = None, state_dir: StateDir = DEFAULT_STATE) -> None:
    """Lock a key out: within two minutes every call with it is refused."""
    _edit(secret_id, state_dir, disabling(key_id, True), f"{key_id} is refused within two minutes.")


@keys.command()
def enable(key_id: KeyId, secret_id: SecretId = None, state_dir: StateDir = DEFAULT_STATE) -> None:
    """Let a disabled key in again, within two minutes."""
    _edit(secret_id, state_dir, disabling(key_id, False), f"{key_id} opens again within two minutes.")


@keys.command()
def remove(key_id: KeyId, secret_id: SecretId = None, state_dir: StateDir = DEFAULT_STATE) -> None:
    """Forget a key that is disabled."""
    _edit(secret_id, state_dir, removing(key_id), f"{key_id} is forgotten.")


def _edit(secret_id: str | None, state_dir: Path, change: Change, done: str) -> None:
    edited = _existing_secret(secret_id, state_dir).edit(change)
    errors.print(escape(done) if edited else "It was so already.", highlight=False)


def _existing_secret(secret_id: str | None, state_dir: Path) -> KeySecret:
    secret = _secret(secret_id, state_dir)
    if secret is None:
        raise LocalStackError("Whose keys? No stack runs here (`make run` starts one), and --secret-id names none")
    return secret


def _secret(secret_id: str | None, state_dir: Path) -> KeySecret | None:
    """Return the secret that was asked for; None where none was named and no stack runs."""
    if secret_id == "":  # a variable that is not set: the running stack is not what was meant
        raise LocalStackError("--secret-id is empty: give ApiKeysSecretArn, an output of the deployment")
    if secret_id:
        return KeySecret(aws_client(secret_id), secret_id)
    try:
        stack = running_stack(state_dir)
    except LocalStackError:
        return None
    return KeySecret(emulator_client(stack["sqs_url"], stack["region"]), stack["api_keys_secret"])


def _checked_id(key_id: str) -> str:
    if not KEY_ID.fullmatch(key_id):
        raise LocalStackError(f"{key_id!r} is no name for a key: up to 64 letters, digits and dashes")
    return key_id


def _checked_name(name: str) -> str:
    if not name.isprintable():  # it is shown in terminals: an escape sequence would be carried out there
        raise LocalStackError("The name must be one line without control characters")
    return name


def _checked_scopes(scopes: list[str] | None) -> tuple[str, ...]:
    if unknown := set(scopes or ()) - set(ALL_SCOPES):
        raise LocalStackError(f"There is no scope {', '.join(sorted(unknown))}: use {', '.join(ALL_SCOPES)}")
    return tuple(scope for scope in ALL_SCOPES if scope in (scopes or ALL_SCOPES))
