"""`python -m local verify`: does a router, here or in AWS, keep its promises?"""

from __future__ import annotations

import secrets
import sys
from typing import Annotated

import httpx
import typer
from rich.markup import escape

from local.commands.terminal import DEFAULT_STATE, StateDir, console
from local.errors import LocalStackError
from local.state import running_stack
from local.verification import BrokenError, Verification
from ticketrouter.domain.access import key_id_of

_REQUEST_S = 30  # longer than API Gateway lets any function take


def verify(
    url: Annotated[str, typer.Option(envvar="API_URL", help="The API; without it the running local stack's.")] = "",
    key: Annotated[
        str, typer.Option(envvar="KEY", help="A key that may submit, read and operate; without it the stack's.")
    ] = "",
    alert: Annotated[bool, typer.Option("--alert", help="Also post an urgent ticket: it reaches people.")] = False,
    wait_s: Annotated[float, typer.Option(min=1, help="How long tickets may take, in seconds.")] = 120.0,
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Post two dozen harmless tickets, see what becomes of them, and delete them; exit 1 if a promise is broken."""
    if not url:
        stack = running_stack(state_dir)
        url, key = stack["api_url"], key or stack["api_key"]
    with _client(url, key) as client:
        broken = _look(Verification(client, f"verify-{secrets.token_hex(6)}", wait_s=wait_s, alert=alert))
    if broken:
        console.print(f"\n[bold red]{broken} did not hold.[/] docs/operations.md says where to look.", highlight=False)
        sys.exit(1)
    console.print("\nAll held. The tickets of this look are deleted.")


def _client(url: str, key: str) -> httpx.Client:
    """Return a client of the API; what cannot be one is said before anything is posted."""
    if key_id_of(key) is None:
        raise LocalStackError("It takes a key that may submit, read and operate: KEY=tr_… or --key")
    try:
        client = httpx.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=_REQUEST_S)
    except httpx.InvalidURL as error:
        raise LocalStackError(f"{url} is no address: {error}") from error
    if client.base_url.scheme not in ("http", "https") or not client.base_url.host:
        raise LocalStackError(f"{url} is no address: it begins with https:// or http://")
    return client


def _look(verification: Verification) -> int:
    """Print each check as it is done; return how many did not hold."""
    broken = 0
    try:
        for check in verification.checks():
            broken += not check.held
            mark = "[green]✓[/]" if check.held else "[bold red]✗[/]"
            console.print(f"{mark} {check.promise:<52} [dim]{escape(check.found)}[/]", highlight=False, soft_wrap=True)
    except KeyboardInterrupt:
        console.print(f"\nStopped. {_clean_up(verification)}", highlight=False)
        raise typer.Exit(130) from None
    return broken


def _clean_up(verification: Verification) -> str:
    try:
        return f"Deleted: {verification.clean_up()}."
    except (BrokenError, httpx.HTTPError, LookupError, ValueError) as error:
        return f"The tickets of {verification.customer} may not be deleted: {error}"
