"""`python -m local audit`: what the router is made of, what is known against it, under which licences it comes."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from local.audit.accepted import read_accepted
from local.audit.advisories import node_advisories, python_advisories
from local.audit.licences import installed_licences, licences
from local.audit.part import Ending, Part, ending_of
from local.audit.rules import security_rules
from local.audit.sbom import write_boms
from local.commands.terminal import ROOT, console

_MARKS = {Ending.CLEAN: "[green]✓[/]", Ending.FOUND: "[bold red]✗[/]", Ending.UNCHECKED: "[yellow]?[/]"}
_SHOWN = 20


def audit(
    out: Annotated[Path, typer.Option(file_okay=False, help="Where the bills of materials go.")] = ROOT / ".audit",
) -> None:
    """Look at everything; exit 1 if something is to be mended, 3 if something could not be looked at, else 0."""
    accepted, today = read_accepted(), datetime.now(UTC).date()
    installed = installed_licences(ROOT)
    parts = [
        *security_rules(ROOT, accepted),
        *licences(ROOT, accepted, installed),
        write_boms(ROOT, out, installed),
        python_advisories(ROOT, accepted, today),
        *node_advisories(ROOT, accepted, today),
    ]
    for part in parts:
        _show(part)
    ending = ending_of(parts)
    unchecked = [part.name for part in parts if part.unchecked]
    console.print(f"\nBills of materials: {out}", highlight=False, soft_wrap=True)
    if unchecked:
        told = ", ".join(dict.fromkeys(unchecked))
        console.print(f"[yellow]Not looked at, which is not the same as nothing found:[/] {told}", highlight=False)
    sys.exit(ending)


def _show(part: Part) -> None:
    console.print(f"{_MARKS[part.ending]} {part.name}: {escape(part.looked_at)}", highlight=False, soft_wrap=True)
    for sentence in [*part.found, *part.unchecked][:_SHOWN]:
        console.print(f"    {escape(sentence)}", highlight=False, soft_wrap=True)
    more = len(part.found) + len(part.unchecked) - _SHOWN
    if more > 0:
        console.print(f"    … and {more} more", highlight=False)
