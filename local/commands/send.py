"""`python -m local send "text"`: one ticket to the running stack."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Annotated, Any, cast

import typer

from local.commands.terminal import DEFAULT_STATE, StateDir, console
from local.errors import LocalStackError
from local.state import running_stack

_LIMIT_S = 30
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
    given = {"description": description, "subject": subject, "customer": customer, "ticket_id": ticket_id}
    accepted = _call(stack, "POST", "/tickets", {name: value for name, value in given.items() if value})
    deadline, ticket = time.monotonic() + _LIMIT_S, accepted
    while _is_under_way(ticket) and time.monotonic() < deadline:
        time.sleep(_LOOK_EACH_S)
        ticket = _call(stack, "GET", f"/tickets/{accepted['ticket_id']}")
    console.print_json(json.dumps(ticket))
    if _is_under_way(ticket):
        log = "worker" if ticket["status"] == "accepted" else "dispatcher"
        raise LocalStackError(f"It is still under way after {_LIMIT_S} s: see {state_dir}/logs/{log}.log")


def _is_under_way(ticket: dict[str, Any]) -> bool:
    # The 202 of a duplicate says scored, but not what the score is.
    if "alerts" not in ticket or ticket["status"] == "accepted":
        return True
    return any(alert["status"] == "pending" for alert in ticket["alerts"])


def _call(stack: dict[str, Any], method: str, path: str, body: Any = None) -> dict[str, Any]:
    request = urllib.request.Request(
        stack["api_url"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {stack['api_key']}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_LIMIT_S) as response:
            return cast("dict[str, Any]", json.loads(response.read()))
    except urllib.error.HTTPError as error:
        raise LocalStackError(f"{method} {path} answered {error.code}: {_reason(error.read())}") from error
    except OSError as error:
        raise LocalStackError(f"{method} {path}: {error}; does the stack still run?") from error


def _reason(body: bytes) -> str:
    """Return what a refusal says to people; the gateway's own have no more than a message."""
    try:
        problem = json.loads(body)
        return str(problem.get("detail") or problem["message"])
    except (ValueError, LookupError, AttributeError):
        return body.decode(errors="replace")
