"""`python -m local invoke events/<word>/<case>.json`: one event to one function, as `sam local invoke` does."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from local.commands.session import with_stack
from local.commands.terminal import DEFAULT_STATE, ROOT, console, errors
from local.errors import LocalStackError
from local.runtime import Result
from local.stack import Options, Stack

# The key in events/authorizer/good.json. Everybody may know it: nothing listens where it opens something.
_FIXTURE_KEY = "tr_dev_this-is-no-secret-but-a-key-for-fixtures-only"


def invoke(
    event_file: Annotated[Path, typer.Argument(help="The folder names the function: events/<function>/<case>.json")],
) -> None:
    """Run one function on one event and print its answer; Redis and the emulator start empty beside it."""
    try:
        payload = event_file.read_bytes()
        json.loads(payload)
    except (OSError, ValueError) as error:
        raise LocalStackError(f"{event_file} cannot be read as JSON: {error}") from error
    word = event_file.resolve().parent.name

    async def use(stack: Stack) -> Result:
        return await stack.invoke(word, payload)

    options = Options(
        root=ROOT,
        state_folder=DEFAULT_STATE / "invoke",  # a stack that runs keeps its logs
        only=(word,),
        api_key=_FIXTURE_KEY,
        on_log=_print_log,
    )
    result = asyncio.run(with_stack(options, use))
    if result is None:
        raise typer.Exit(130)
    console.print_json(result.payload.decode())
    if result.failed:
        raise typer.Exit(1)


def _print_log(word: str, line: bytes) -> None:
    # To stderr: what is printed to stdout is the answer alone.
    errors.print(line.decode(errors="replace"), style="dim", highlight=False, markup=False, soft_wrap=True)
