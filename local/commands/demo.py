"""`python -m local demo`: the sample tickets through the whole router, and what became of them."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import typer
from aiohttp import ClientSession
from rich.markup import escape
from rich.table import Table

from local.commands.session import with_stack
from local.commands.terminal import (
    DEFAULT_STATE,
    ROOT,
    MoreOverrides,
    ParameterOverrides,
    Port,
    StateDir,
    console,
    overrides_from,
    print_step,
)
from local.errors import LocalStackError
from local.stack import Options, Stack

SAMPLES = ROOT / "events" / "samples.jsonl"
_LIMIT_S = 60
_LOOK_EACH_S = 0.1
_MIN_TITLE_CHARS, _MAX_TITLE_CHARS = 16, 44
_OTHER_COLUMNS_CHARS = 64

Ticket = dict[str, Any]


def demo(
    more: MoreOverrides = None,
    parameter_overrides: ParameterOverrides = None,
    port: Port = None,
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Start the stack, send it the sample tickets, show what became of them, and stop."""
    options = Options(
        root=ROOT,
        state_folder=state_dir.resolve(),
        overrides=overrides_from(parameter_overrides, more),
        port=port,
        on_step=print_step,
    )
    console.print("[bold]Starting the ticket router[/]")
    tickets = asyncio.run(with_stack(options, _send_samples))
    if tickets is None:
        raise typer.Exit(130)
    console.print(_table(tickets))
    unfinished = [ticket for ticket in tickets if not _is_final(ticket)]
    if unfinished:
        raise LocalStackError(
            f"{len(unfinished)} tickets are not final after {_LIMIT_S} s: see the logs in {state_dir}/logs"
        )


async def _send_samples(stack: Stack) -> list[Ticket]:
    samples = [json.loads(line) for line in SAMPLES.read_text(encoding="utf-8").splitlines() if line.strip()]
    headers = {"Authorization": f"Bearer {stack.info['api_key']}"}
    console.print(f"\nSending {len(samples)} tickets to {stack.info['api_url']}", highlight=False)
    began = time.monotonic()
    async with ClientSession(stack.info["api_url"], headers=headers) as session:
        accepted = [await _post(session, sample) for sample in samples]
        tickets = await asyncio.gather(*(_wait_until_final(session, each["ticket_id"]) for each in accepted))
    console.print(f"Final after {time.monotonic() - began:.1f} s\n", highlight=False)
    return list(tickets)


async def _post(session: ClientSession, sample: Ticket) -> Ticket:
    async with session.post("/tickets", json=sample) as response:
        answer: Ticket = await response.json(content_type=None)
        if response.status != 202:
            raise LocalStackError(f"POST /tickets answered {response.status}: {answer}")
        return answer


async def _wait_until_final(session: ClientSession, ticket_id: str) -> Ticket:
    deadline, ticket = time.monotonic() + _LIMIT_S, Ticket(ticket_id=ticket_id)
    while time.monotonic() < deadline and not _is_final(ticket):
        await asyncio.sleep(_LOOK_EACH_S)
        async with session.get(f"/tickets/{ticket_id}") as response:
            if response.status == 200:
                ticket = await response.json()
    return ticket


def _is_final(ticket: Ticket) -> bool:
    alerts = ticket.get("alerts") or []
    return ticket.get("status") in ("scored", "failed") and all(it["status"] != "pending" for it in alerts)


def _table(tickets: list[Ticket]) -> Table:
    table = Table(box=None, title="Most urgent first; times in ms", title_justify="left", padding=(0, 1, 0, 0))
    table.add_column("ticket", no_wrap=True)
    for name in ("category", "S", "sentiment", "lane"):
        table.add_column(name, no_wrap=True)
    for name in ("queue", "score", "total"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("alert", no_wrap=True)
    for ticket in sorted(tickets, key=lambda it: -(it.get("urgency_score") or 0)):
        timings = ticket.get("timings") or {}
        score = ticket.get("urgency_score")
        table.add_row(
            escape(_title(ticket, max(_MIN_TITLE_CHARS, console.width - _OTHER_COLUMNS_CHARS))),
            ticket.get("category") or ticket.get("status", "?"),
            "" if score is None else f"[bold red]{score:.2f}[/]" if score > 0.8 else f"{score:.2f}",
            ticket.get("sentiment") or "",
            ticket.get("lane") or "",
            *(_milliseconds(timings.get(name)) for name in ("queue_ms", "scoring_ms", "total_ms")),
            _alert(ticket),
        )
    return table


def _title(ticket: Ticket, room_chars: int) -> str:
    text = ticket.get("subject") or ticket.get("description") or ticket["ticket_id"]
    chars = min(room_chars, _MAX_TITLE_CHARS)
    return text if len(text) <= chars else f"{text[: chars - 1]}…"


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _alert(ticket: Ticket) -> str:
    alerts = ticket.get("alerts") or []
    delivered = sum(alert["status"] == "delivered" for alert in alerts)
    if not alerts:
        return "[dim]none[/]"
    if delivered == len(alerts):
        return "[green]delivered[/]"
    return f"[green]delivered {delivered}/{len(alerts)}[/]" if delivered else f"[red]{alerts[0]['status']}[/]"
