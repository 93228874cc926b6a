"""`python -m local`: the local stack and what goes with it. A new command is one line in `COMMANDS`."""

from __future__ import annotations

import sys

import typer

from local.commands.bench import bench
from local.commands.demo import demo
from local.commands.invoke import invoke
from local.commands.key import key
from local.commands.openapi import openapi
from local.commands.run import run
from local.commands.send import send
from local.commands.terminal import errors
from local.errors import LocalStackError

COMMANDS = (run, demo, invoke, send, key, bench, openapi)

app = typer.Typer(
    help="Run the ticket router on this machine, without Docker, AWS or a network.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Run a command; what a person can mend ends with one clear line instead of a traceback."""
    try:
        app()
    except* LocalStackError as group:
        for error in group.exceptions:
            errors.print(f"[bold red]error[/] {error}", highlight=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
