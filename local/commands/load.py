"""`python -m local load`: how much the router carries, and what becomes of it beyond that."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import typer
from rich.table import Table

from local.benchmarks.services import services
from local.commands.terminal import ROOT, console, errors
from local.errors import LocalStackError
from local.load import handlers
from local.load.capacity import find_capacity
from local.load.drive import LoadedStack, on_a_stack
from local.load.overload import FACTOR, overload
from local.load.report import REPORT, machine, merge, read
from local.load.steady import hold

STEADY_SHARE = 0.6
WARM_UP_S = 370.0  # until the window of incidents is full, which workers hold in memory
TICKETS = 2_000  # through the handlers alone
Figures = dict[str, Any]


class Part(StrEnum):
    """What can be measured."""

    HANDLERS = "handlers"
    CAPACITY = "capacity"
    STEADY = "steady"
    OVERLOAD = "overload"


def load(
    parts: Annotated[list[Part] | None, typer.Argument(help="What to measure, in this order; nothing: all.")] = None,
    rate: Annotated[
        float | None,
        typer.Option(min=0.1, help="Tickets a second; without it steady takes 0.6 and overload 3 of the capacity."),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(min=1, help="Of one run: 15 a step, 600 steady, 60 overload.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides arrivals and tickets.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object; progress goes to stderr.")] = False,
    write: Annotated[bool, typer.Option("--write", help=f"Put the figures into {REPORT}.")] = False,
) -> None:
    """Measure the router under an open-loop load, on a stack of its own."""
    known = read(ROOT / REPORT)
    measured: dict[str, Figures] = {}
    for part in parts or list(Part):
        errors.print(f"[bold]{part.value}[/]")
        capacity = float({**known, **measured}.get(Part.CAPACITY, {}).get("capacity_per_s", 0))
        before = machine()
        figures = asyncio.run(_measure(part, capacity, rate, seconds, seed))
        if figures is None:
            raise typer.Exit(130)
        measured[part.value] = {**figures, "machine": before, "load_after": machine()["load_average_1_5_15_min"]}
        if write:
            merge(ROOT / REPORT, {part.value: measured[part.value]})
        if not as_json:
            _print(part.value, measured[part.value])
    if as_json:
        print(json.dumps(measured, ensure_ascii=False))
    if any(figures.get("broken") for figures in measured.values()):
        raise typer.Exit(1)


async def _measure(part: Part, capacity: float, rate: float | None, seconds: float | None, seed: int) -> Figures | None:
    def say(line: str) -> None:
        errors.print(f"  {line}", highlight=False)

    if part is Part.HANDLERS:
        async with services(ROOT) as running:
            return await asyncio.to_thread(handlers.measure, ROOT, running.redis_url, tickets=TICKETS, seed=seed)
    measure: Callable[[LoadedStack], Any]
    if part is Part.CAPACITY:
        measure = partial(find_capacity, say=say, step_s=seconds or 15.0, seed=seed)
    else:
        share = STEADY_SHARE if part is Part.STEADY else FACTOR
        if not rate and not capacity:
            raise LocalStackError("The capacity is not known: measure it first (load capacity), or give --rate")
        rate_per_s = rate or round(capacity * share, 1)
        if part is Part.STEADY:
            warm_up_s = WARM_UP_S if seconds is None else seconds / 5
            run = partial(hold, say=say, seconds=seconds or 600.0, warm_up_s=warm_up_s, seed=seed)
            measure = partial(run, rate_per_s=rate_per_s)
        else:
            measure = partial(overload, say=say, rate_per_s=rate_per_s, seconds=seconds or 60.0, seed=seed)
    return await on_a_stack(ROOT, measure)


def _print(title: str, figures: Figures) -> None:
    table = Table(title=title, title_justify="left", box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, figure in figures.items():
        table.add_row(name, _brief(figure))
    console.print(table)


def _brief(figure: Any) -> str:
    if isinstance(figure, dict):
        return ", ".join(f"{name} {_brief(value)}" for name, value in figure.items())
    if isinstance(figure, list) and figure and isinstance(figure[0], dict):
        return f"{len(figure)} steps"
    return str(figure)
