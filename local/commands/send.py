"""`python -m local send "text"`: one ticket to the running stack."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any

import typer

from local.api import LIMIT_S, Api
from local.commands.terminal import DEFAULT_STATE, StateDir, console
from local.errors import LocalStackError
from local.state import running_stack

_LOOK_EACH_S = 0.05


def send(
    description: Annotated[str, typer.Argument(help="What the customer writes.")],
    subject: Annotated[str, typer.Option()] = "",
    customer: Annotated[str, typer.Option()] = "",
    ticket_id: Annotated[str, typer.Option(help="Without it a new id; with it a second sending is a duplicate.")] = "",
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Send a ticket to the running stack, wait for its score and its alerts, and print it."""
    stack = running_stack(state_dir)
    api = Api(stack["api_url"], stack["api_key"])
    given = {"description": description, "subject": subject, "customer": customer, "ticket_id": ticket_id}
    accepted = api.call("POST", "/tickets", {name: value for name, value in given.items() if value})
    deadline, ticket = time.monotonic() + LIMIT_S, accepted
    while _is_under_way(ticket) and time.monotonic() < deadline:
        time.sleep(_LOOK_EACH_S)
        ticket = api.call("GET", f"/tickets/{accepted['ticket_id']}")
    console.print_json(json.dumps(ticket))
    if _is_under_way(ticket):
        log = "worker" if ticket["status"] == "accepted" else "dispatcher"
        raise LocalStackError(f"It is still under way after {LIMIT_S} s: see {state_dir}/logs/{log}.log")


def _is_under_way(ticket: dict[str, Any]) -> bool:
    # The 202 of a duplicate says scored, but not what the score is.
    if "alerts" not in ticket or ticket["status"] == "accepted":
        return True
    return any(alert["status"] == "pending" for alert in ticket["alerts"])
