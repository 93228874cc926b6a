"""`python -m local feedback`: what people said of tickets' labels, as training reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from local.api import Api
from local.commands.terminal import DEFAULT_STATE, StateDir, console
from local.errors import LocalStackError
from local.labelled import labelled_row, merged
from local.state import running_stack

feedback = typer.Typer(help="What people said of tickets' labels, as training reads it.", no_args_is_help=True)


@feedback.callback()
def _commands_have_names() -> None:
    """Keep the command's name on the command line although there is only one."""


@feedback.command()
def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="A .jsonl file, replaced if it is there.")],
    url: Annotated[
        str, typer.Option(envvar="API_URL", help="A deployment's API; without it the running stack's.")
    ] = "",
    key: Annotated[str, typer.Option(envvar="KEY", help="A key that may read, for --url.")] = "",
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Write one labelled ticket a line: the words as they are stored now, and the labels that were said last."""
    if file.suffix != ".jsonl":
        raise LocalStackError(f"{file}: give it the ending .jsonl, by which training knows what it is")
    api = _api(url, key, state_dir)
    said = merged(_rows(api))
    rows = []
    for ticket_id, labels in said.items():
        ticket = api.call("GET", f"/tickets/{quote(ticket_id, safe='')}")
        if row := labelled_row(ticket, labels):
            rows.append(json.dumps(row, ensure_ascii=False))
    file.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    console.print(f"{len(rows)} labelled tickets written to {file}; {len(said) - len(rows)} with a note alone left out")


def _api(url: str, key: str, state_dir: Path) -> Api:
    if not url:
        stack = running_stack(state_dir)
        return Api(stack["api_url"], stack["api_key"])
    if not key:
        raise LocalStackError("Put a key that may read into the environment variable KEY")
    return Api(url, key)


def _rows(api: Api) -> list[dict[str, object]]:
    """Return every row, newest first."""
    rows: list[dict[str, object]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.call("GET", "/feedback?limit=200" + (f"&cursor={quote(cursor)}" if cursor else ""))
        rows += page["feedback"]
        cursor = page["cursor"]
    return rows
