"""`python -m local scale`: which limit is met first when tickets become many, as tables of docs/scaling.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from local.commands.terminal import ROOT, console
from local.load import report
from local.scaling.page import section
from models.sections import write_section

PAGE = Path("docs/scaling.md")
_COMMAND = "make scaling"


def scale(write: Annotated[bool, typer.Option("--write", help=f"Put it into {PAGE}.")] = False) -> None:
    """Print which limit is met at which rate, what to set, a simulated burst, and what a million tickets cost."""
    text = section(ROOT)
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    if write:
        write_into(ROOT / PAGE)


def write_into(document: Path, root: Path = ROOT) -> None:
    """Replace the sections of the page.

    Raises:
        ValueError: The document has not exactly one pair of each section's markers.
    """
    write_section("scaling", _COMMAND, section(root), document)
    write_section("load", _COMMAND, report.section(root), document)
