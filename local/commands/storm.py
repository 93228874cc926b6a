"""`python -m local storm`: three incidents in a minute, told by 450 customers, and what people get of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import typer
from aiohttp import ClientError, ClientSession
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from local.commands.session import with_stack
from local.commands.terminal import (
    DEFAULT_STATE,
    ROOT,
    MoreOverrides,
    ParameterOverrides,
    StateDir,
    console,
    errors,
    overrides_from,
    print_step,
)
from local.errors import LocalStackError
from local.stack import Options
from local.state import running_stack
from local.storm.drive import Storm
from local.storm.outcome import Outcome, Seen, count
from local.storm.tickets import Telling, read_tellings
from ticketrouter.domain.alert import DEFAULT_HOURLY_BUDGET

TICKETS = ROOT / "events" / "storm.jsonl"
_SHOWN_CHARS = 96

_MEANINGS = {
    "posted": "answered 202",
    "scored": "have a score",
    "lost": "do not: must be 0",
    "incidents": "announced ones with tickets of this storm",
    "unrelated_merged": "other matters that are in one of these",
    "messages": "accepted by the destination that got the most",
    "forgotten": "urgent ones that no message, incident or digest tells: must be 0",
}


def storm(
    more: MoreOverrides = None,
    parameter_overrides: ParameterOverrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object; progress goes to stderr.")] = False,
    seconds: Annotated[float, typer.Option(min=0, help="How long to post, at a steady rate.")] = 60,
    seed: Annotated[int, typer.Option(help="Decides the order.")] = 1,
    tickets: Annotated[int | None, typer.Option(min=1, help="Post only the first so many of that order.")] = None,
    hourly_budget: Annotated[
        int, typer.Option(min=0, help="Messages an hour to each destination of a stack that it starts; 0 for no limit.")
    ] = DEFAULT_HOURLY_BUDGET,
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Post 500 tickets, three incidents among them, to the running stack or a new one; count what people get of it."""
    post = partial(_post, read_tellings(TICKETS, seed, tickets), seconds)
    options = Options(
        root=ROOT,
        state_folder=state_dir.resolve(),
        overrides=overrides_from(parameter_overrides, more),
        hourly_budget=hourly_budget or None,
        on_step=partial(print_step, to=errors),
    )
    seen = asyncio.run(_on_a_stack(post, options))
    if seen is None:
        raise typer.Exit(130)
    outcome = count(seen)
    if as_json:
        print(json.dumps(_as_json(outcome, seen), ensure_ascii=False))
    else:
        _print(outcome, seen)
    if outcome.lost or outcome.forgotten:
        raise LocalStackError(f"A ticket was lost or forgotten: see the logs in {state_dir}/logs")


async def _on_a_stack(post: Callable[[dict[str, Any]], Coroutine[Any, Any, Seen]], options: Options) -> Seen | None:
    try:
        running = running_stack(options.state_folder or DEFAULT_STATE)
    except LocalStackError:
        errors.print("[bold]Starting the ticket router[/]")
        return await with_stack(options, lambda stack: post(stack.info))
    if options.overrides or options.hourly_budget != DEFAULT_HOURLY_BUDGET:
        raise LocalStackError("A stack already runs here and keeps its parameters and budgets: stop it, or give none")
    return await post(running)


async def _post(tellings: Sequence[Telling], seconds: float, info: dict[str, Any]) -> Seen:
    headers = {"Authorization": f"Bearer {info['api_key']}"}
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors) as progress:
        posted, final = (progress.add_task(name, total=len(tellings)) for name in ("posted", "final "))

        def show(posted_count: int, final_count: int) -> None:
            progress.update(posted, completed=posted_count)
            progress.update(final, completed=final_count)

        try:
            async with ClientSession(info["api_url"], headers=headers) as session:
                return await Storm(session, info["sink_url"], show).run(tellings, seconds)
        except* ClientError as group:
            raise LocalStackError(f"{info['api_url']}: {group.exceptions[0]}; does the stack still run?") from group


def _as_json(outcome: Outcome, seen: Seen) -> dict[str, Any]:
    return {
        **outcome.figures,
        "messages_by_destination": dict(outcome.messages),
        "stories": {name: asdict(story) for name, story in outcome.stories.items()},
        "incident_tickets": {name: dict(stories) for name, stories in outcome.mixture.items()},
        "unrelated_merged_tickets": [seen.posted[each].body for each in outcome.unrelated_merged],
        "forgotten_tickets": [seen.posted[each].body for each in outcome.forgotten],
    }


def _print(outcome: Outcome, seen: Seen) -> None:
    figures = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, figure in outcome.figures.items():
        bad = figure and name in ("lost", "forgotten")
        figures.add_row(name, f"[bold red]{figure}[/]" if bad else f"[bold]{figure}[/]", f"[dim]{_MEANINGS[name]}[/]")
    console.print(figures)
    console.print()
    stories = Table("story", "posted", "urgent", "in an incident", "told singly", box=None, padding=(0, 2, 0, 0))
    for name, story in outcome.stories.items():
        stories.add_row(name, *map(str, (story.posted, story.urgent, story.joined, story.single)))
    console.print(stories)
    for name, mixture in outcome.mixture.items():
        console.print(f"{name}: {', '.join(f'{n} {story}' for story, n in mixture.items())}", highlight=False)
    for title, ids in (("merged, but unrelated", outcome.unrelated_merged), ("forgotten", outcome.forgotten)):
        for ticket_id in ids:
            text = str(seen.posted[ticket_id].body["description"])[:_SHOWN_CHARS]
            console.print(f"{title}: {escape(text)}", highlight=False, soft_wrap=True)
