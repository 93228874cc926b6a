"""`python -m local`: the local stack and what goes with it."""

from __future__ import annotations

import sys
from importlib import import_module

import typer
from rich.markup import escape

from local.commands.terminal import errors
from local.errors import LocalStackError

# A new command is one word here: local/commands/<word>.py holds a function, or a group of them, of that name.
COMMANDS = (
    "run",
    "demo",
    "invoke",
    "env",
    "send",
    "storm",
    "verify",
    "destinations",
    "feedback",
    "keys",
    "bench",
    "load",
    "openapi",
    "doctor",
    "deploy",
    "delete",
    "cost",
    "audit",
    "scale",
)

app = typer.Typer(
    help="Run the ticket router on this machine, without Docker, AWS or a network.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _commands_have_names() -> None:
    """Keep the command's name on the command line even when only that one is loaded."""


def main() -> None:
    """Run a command; what a person can mend ends with one clear line instead of a traceback."""
    asked = [word for word in sys.argv[1:2] if word in COMMANDS]
    for word in asked or COMMANDS:  # one that is not asked for costs no start-up time
        command = getattr(import_module(f"local.commands.{word}"), word)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=word)
        else:
            app.command()(command)
    try:
        app()
    except* LocalStackError as group:
        for error in group.exceptions:
            errors.print(f"[bold red]error[/] {escape(str(error))}", highlight=False, soft_wrap=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
