"""`python -m local doctor`: what is missing on this machine, and how to get it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from local.commands.terminal import ROOT, console
from local.machine import Check, Purpose, ThisMachine, examine, missing


def doctor(
    purpose: Annotated[Purpose, typer.Argument(help="What you want to do; decides the exit code.")] = Purpose.RUN,
) -> None:
    """Say what is missing on this machine and how to get it; exit code 1 if that stops the purpose."""
    checks = examine(ThisMachine(ROOT))
    console.print(_table(checks))
    stops = missing(checks, purpose)
    for check in stops:
        # soft_wrap: a command that is to be copied must stay one line
        console.print(f"✗ {check.name}: {check.next_step}", highlight=False, markup=False, soft_wrap=True)
    if stops:
        raise typer.Exit(1)
    console.print(f"Ready to {purpose}.")


def _table(checks: list[Check]) -> Table:
    table = Table("for", "needs", "", "found, or the next step")
    for check in checks:
        mark = "[green]✓[/]" if check.found else "[red]✗[/]" if check.needed else "[yellow]–[/]"
        table.add_row(check.purpose, check.name, mark, check.found or check.next_step)
    return table
