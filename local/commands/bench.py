"""`python -m local bench`: the figures of the README, measured here and now."""

from __future__ import annotations

import asyncio
import os
import platform
import time
from typing import Any

import typer
from rich.table import Table

from local.benchmarks import Row, handlers, whole
from local.benchmarks.services import services
from local.commands.session import with_stack
from local.commands.terminal import ROOT, console
from local.stack import Options, Stack


def bench() -> None:
    """Measure the handlers and the whole stack; print what was reached beside what should be."""
    console.print("Measuring: about a minute, best on a machine that does nothing else", highlight=False)
    rows = [*asyncio.run(_handlers()), *asyncio.run(_whole())]
    table = Table("what", "measured", "aim", "met", title=_machine(), title_justify="left")
    for row in rows:
        table.add_row(row.what, row.figure, row.aim, "[green]yes[/]" if row.met else "[red]no[/]")
    console.print(table)
    if not all(row.met for row in rows):
        raise typer.Exit(1)


async def _handlers() -> list[Row]:
    async with services(ROOT) as running:
        console.print("  ingest and worker alone ...", highlight=False)
        return await asyncio.to_thread(handlers.run, ROOT, running)


async def _whole() -> list[Row]:
    console.print("  the whole stack ...", highlight=False)
    began = time.monotonic()

    async def measure(stack: Stack) -> list[Row]:
        return await whole.run(stack, time.monotonic() - began)

    rows: Any = await with_stack(Options(root=ROOT, hourly_budget=None), measure)
    if rows is None:
        raise typer.Exit(130)
    return list(rows)


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
