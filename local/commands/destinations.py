"""`python -m local destinations`: look at the documents of destinations, and try one of them."""

from __future__ import annotations

import asyncio
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from local.aws import AwsClient
from local.commands.terminal import DEFAULT_STATE, ROOT, StateDir, console
from local.destinations import read_entries
from local.errors import LocalStackError
from local.plan import Place
from local.resources import DESTINATION_SECRETS, DESTINATIONS
from local.stack import read_plan
from local.state import running_stack
from ticketrouter.adapters.system import SystemClock
from ticketrouter.adapters.webhook_http import HttpWebhookSender
from ticketrouter.domain.alert import Destination, DestinationSecret, trial_alert
from ticketrouter.domain.destinations import (
    address_problem,
    masked,
    missing_secret,
    parse_destinations,
    parse_secrets,
)
from ticketrouter.domain.documents import read_json
from ticketrouter.domain.errors import MissingSettingError, RouterError
from ticketrouter.usecases.posting import write

destinations = typer.Typer(help="Look at the documents of destinations, and try one of them.", no_args_is_help=True)

File = Annotated[
    Path | None,
    typer.Option("--file", dir_okay=False, exists=True, help="A file of the form of .local/destinations.json."),
]
Parameter = Annotated[
    Path | None, typer.Option(dir_okay=False, exists=True, help="The parameter's document, as it is stored in AWS.")
]
Secret = Annotated[
    Path | None, typer.Option(dir_okay=False, exists=True, help="The secret's document, as it is stored in AWS.")
]


@dataclass(frozen=True, slots=True)
class Documents:
    """Both documents, and whether http on 127.0.0.1 counts as an address, as it does for the local stack."""

    listed: list[Destination]
    secrets: dict[str, DestinationSecret] = field(repr=False)
    allow_loopback: bool


@destinations.command()
def check(
    file: File = None, parameter: Parameter = None, secret: Secret = None, state_dir: StateDir = DEFAULT_STATE
) -> None:
    """Check the documents by the rules of production; those of the running stack, unless files are given.

    Of an address no more is shown than its host and its last four characters.
    """
    documents = _read(file, parameter, secret, state_dir)
    table = Table("id", "kind", "S above", "wants", "an hour", "fallback", "address", "keys", box=None, pad_edge=False)
    problems = [
        f"{name}: has a secret, but is not listed"
        for name in documents.secrets.keys() - {d.id for d in documents.listed}
    ]
    for each in documents.listed:
        own = documents.secrets.get(each.id)
        table.add_row(*(escape(cell) for cell in _row(each, own)))
        problem = missing_secret(each, own) or (own and address_problem(own, allow_loopback=documents.allow_loopback))
        if problem:
            problems.append(f"{each.id}: {problem}")
    console.print(table)
    for problem in problems:
        console.print(f"[bold red]![/] {escape(problem)}", highlight=False, soft_wrap=True)
    if problems:
        sys.exit(1)
    console.print(f"{len(documents.listed)} of {len(documents.listed)} destinations are as they should be.")


@destinations.command()
def test(
    destination_id: Annotated[str, typer.Argument(metavar="ID", help="Which one; `check` lists them.")],
    file: File = None,
    parameter: Parameter = None,
    secret: Secret = None,
    state_dir: StateDir = DEFAULT_STATE,
) -> None:
    """Send one marked test message as the dispatcher would, from this machine; say what was answered, and how fast.

    A deployment's own test, on the way of every other alert, is `POST /destinations/{id}/test`.
    """
    documents = _read(file, parameter, secret, state_dir)
    listed = next((each for each in documents.listed if each.id == destination_id), None)
    own = documents.secrets.get(destination_id)
    if listed is None or own is None:
        known = ", ".join(each.id for each in documents.listed) or "none"
        raise LocalStackError(f"There is no destination {destination_id} with an address; listed: {known}")
    clock = SystemClock()
    alert = trial_alert(destination_id, now_ms=clock.now_ms(), token=secrets.token_hex(13))
    headers, body = write(alert, listed, own, now_ms=clock.now_ms(), public_url="")
    sender = HttpWebhookSender(clock=clock, allow_loopback=documents.allow_loopback)
    began_ms = clock.monotonic_ms()
    try:
        status = str(sender.send(own.url, headers, body).status)
        verdict = "[green]delivered[/]"
    except RouterError as error:
        answered = getattr(error, "status", None)
        status, verdict = (str(answered) if answered else "none"), f"[red]{error.code}[/]: {escape(str(error))}"
    took_ms = clock.monotonic_ms() - began_ms
    console.print(f"{verdict}  {escape(masked(own.url))}  status {status}, {took_ms:.0f} ms", highlight=False)
    if not verdict.startswith("[green]"):
        sys.exit(1)


def _row(each: Destination, own: DestinationSecret | None) -> list[str]:
    wants = ", ".join((*each.categories, *each.languages)) or "all"
    return [
        each.id,
        each.kind,
        f"{each.threshold:g}",
        wants,
        str(each.hourly_budget or "any"),
        each.fallback or "-",
        masked(own.url) if own else "-",
        str(len(own.signing_keys) + bool(own.routing_key)) if own else "-",
    ]


def _read(file: Path | None, parameter: Path | None, secret: Path | None, state_dir: Path) -> Documents:
    """Return the documents that were asked for.

    Raises:
        LocalStackError: They break a rule, cannot be read, or were not asked for in one way.
    """
    try:
        if file and not (parameter or secret):
            public, own = read_entries(file)
            return Documents(parse_destinations(public, file.name), parse_secrets(own, file.name), allow_loopback=True)
        if file is None and parameter and secret:
            return _parse(parameter.read_text(encoding="utf-8"), secret.read_text(encoding="utf-8"), loopback=False)
        if file or parameter or secret:
            raise LocalStackError("Give --file alone, or --parameter and --secret, or nothing for the running stack")
        return _parse(*asyncio.run(_of_stack(state_dir)), loopback=True)
    except (OSError, ValueError, MissingSettingError) as error:
        raise LocalStackError(str(error)) from error


def _parse(parameter: str, secret: str, *, loopback: bool) -> Documents:
    listed = parse_destinations(read_json(parameter, "parameter"), "parameter")
    return Documents(listed, parse_secrets(read_json(secret, "secret"), "secret"), allow_loopback=loopback)


async def _of_stack(state_dir: Path) -> tuple[str, str]:
    """Return what the running stack's functions read: its Parameter Store and Secrets Manager have it."""
    stack: dict[str, Any] = running_stack(state_dir)
    place = Place(ROOT, stack["sqs_url"], stack["region"], state_folder=state_dir)
    environment: dict[str, str] = {}
    for function in read_plan(place, stack["parameters"]).functions.values():
        environment |= function.environment
    aws = AwsClient(place)
    try:
        listed = await aws.call("ssm", "GetParameter", Name=environment[DESTINATIONS])
        kept = await aws.call("secretsmanager", "GetSecretValue", SecretId=environment[DESTINATION_SECRETS])
    finally:
        await aws.close()
    return str(listed["Parameter"]["Value"]), str(kept["SecretString"])
