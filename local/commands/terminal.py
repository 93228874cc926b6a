"""How commands speak to the terminal, and the options that several share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.errors import LocalStackError
from local.overrides import parse_overrides

_PIPED_WIDTH = 110  # where nobody tells: files, CI

console = Console(width=None if sys.stdout.isatty() else _PIPED_WIDTH)
errors = Console(stderr=True)

ROOT = Path(__file__).resolve().parents[2]

ParameterOverrides = Annotated[
    list[str] | None,
    typer.Option("--parameter-overrides", help="Template parameters, as in SAM: WorkerTimeout=3 AlertVisibility=2"),
]
# SAM takes any number of words after the option; here the second and later ones arrive as arguments.
MoreOverrides = Annotated[list[str] | None, typer.Argument(hidden=True, metavar="")]
StateDir = Annotated[
    Path,
    typer.Option(file_okay=False, help="Where logs, keys and stack.json are kept; a second stack needs another one."),
]
DEFAULT_STATE = ROOT / ".local"
Port = Annotated[
    int | None,
    typer.Option(min=0, max=65_535, help="Port of the API: 0 takes any, without it the first free one from 8000 on."),
]


def overrides_from(first: list[str] | None, more: list[str] | None) -> dict[str, str]:
    """Return the template parameters given on the command line.

    Raises:
        LocalStackError: Arguments without the option, or not Key=Value.
    """
    if more and not first:
        raise LocalStackError(f"What is {more[0]!r}? Template parameters follow --parameter-overrides")
    return parse_overrides([*(first or []), *(more or [])])


def print_step(step: str, seconds: float, to: Console = console) -> None:
    """Print one line of progress."""
    to.print(f"  [green]✓[/] {step:<32}[dim]{seconds:5.1f} s[/]", highlight=False)
