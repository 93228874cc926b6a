"""`python -m local run`: the stack until Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import shlex
from typing import Annotated

import typer

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
from local.listen import HOST
from local.sink import Arrival
from local.site import BUILT
from local.stack import Options, Stack

EXAMPLE = "Nobody in the company can log in since 9:00, all work has stopped"  # urgent: it shows the alerts too


def run(
    more: MoreOverrides = None,
    parameter_overrides: ParameterOverrides = None,
    port: Port = None,
    state_dir: StateDir = DEFAULT_STATE,
    host: Annotated[
        str,
        typer.Option(
            help="Where Redis and the AWS emulator listen: 172.17.0.1 is where Docker's containers reach them."
        ),
    ] = HOST,
    logs: Annotated[bool, typer.Option("--logs", help="Also print the functions' logs here.")] = False,
) -> None:
    """Start the local stack; it runs until Ctrl-C."""
    options = Options(
        root=ROOT,
        state_folder=state_dir.resolve(),
        overrides=overrides_from(parameter_overrides, more),
        port=port,
        host=host,
        on_step=print_step,
        on_log=_print_log if logs else None,
        on_alert=_print_alert,
    )
    console.print("[bold]Starting the ticket router[/]")
    asyncio.run(with_stack(options, _serve))
    console.print("Stopped.")


async def _serve(stack: Stack) -> None:
    info = stack.info
    body = json.dumps({"description": EXAMPLE})
    curl = (
        f"curl -s {info['api_url']}/tickets -H 'Authorization: Bearer {info['api_key']}' "
        f"-H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )
    console.print("\n[bold green]Ready.[/] Ctrl-C stops it.")
    pages = f"{info['api_url']}/app/" if (ROOT / BUILT).is_dir() else "not built (make dashboard)"
    console.print(f"  pages    {pages}\n  API      {info['api_url']}", highlight=False)
    console.print(f"  key      {info['api_key']}\n  alerts   {info['sink_url']}/received", highlight=False)
    console.print(f"  AWS      {info['sqs_url']}  (emulator: aws --endpoint-url)", highlight=False)
    console.print(f"  Redis    {info['redis_url']}\n  logs     {stack.state_folder / 'logs'}\n", highlight=False)
    # soft_wrap: a command that is to be copied must stay one line
    console.print(curl, highlight=False, markup=False, soft_wrap=True)
    console.print()
    await asyncio.Event().wait()


def _print_log(word: str, line: bytes) -> None:
    console.print(f"{word:>10} | {line.decode(errors='replace')}", highlight=False, markup=False, soft_wrap=True)


def _print_alert(arrival: Arrival) -> None:
    verdict = f"refused: {arrival.problem}" if arrival.problem else f"answered {arrival.status}"
    ticket = f"ticket {arrival.ticket_id}, " if arrival.ticket_id else ""  # a chat's message has it in its text
    console.print(f"alert at {arrival.destination}: {ticket}{verdict}", highlight=False, markup=False)
