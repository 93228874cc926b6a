"""`python -m local invoke events/<function>/<case>.json …`: events to their functions, as `sam local invoke` does.

What must come of an event stands beside it, in `<case>.expected.json`: see events/README.md.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from local.commands.session import with_stack
from local.commands.terminal import DEFAULT_STATE, ROOT, console, errors
from local.errors import LocalStackError
from local.expectations import (
    Case,
    Event,
    Stage,
    check,
    functions_of,
    has_expectation,
    load_case,
    load_cases,
    read_event,
)
from local.stack import Options, Stack
from local.stage import API_KEYS, StackStage

_EVENTS = ROOT / "events"


def invoke(
    event_files: Annotated[
        list[Path] | None, typer.Argument(help="events/<function>/<case>.json; the folder names the function.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every event of events/.")] = False,
    function: Annotated[str | None, typer.Option(help="Its word, where the folder does not name it.")] = None,
) -> None:
    """Run functions on events and say whether what came of it is what is expected.

    Redis and the emulator start empty beside them. Of one event the answer is printed, of several one line each.
    """
    if every == bool(event_files):
        raise LocalStackError("Give one or more files of events, or --all")
    cases = load_cases(_EVENTS) if every else [read_case(path, function) for path in event_files or ()]
    show: Callable[[Case, StackStage], bool] = show_answer if len(cases) == 1 else _show_line

    async def use(stack: Stack) -> bool:
        stage = StackStage(stack, asyncio.get_running_loop())
        try:
            outcomes = await asyncio.to_thread(lambda: [show(case, stage) for case in cases])
        finally:
            stage.close()
        if len(cases) > 1:
            where = "" if all(outcomes) else f"; logs: {stack.state_folder / 'logs'}"
            console.print(f"{sum(outcomes)} of {len(cases)} as expected{where}", highlight=False, soft_wrap=True)
        return all(outcomes)

    options = Options(
        root=ROOT,
        state_folder=DEFAULT_STATE / "invoke",  # a stack that runs keeps its logs
        only=tuple(sorted(set().union(*map(functions_of, cases)))),
        api_keys=API_KEYS.read_text(encoding="utf-8"),
        on_log=_print_log if len(cases) == 1 else None,
    )
    as_expected = asyncio.run(with_stack(options, use))
    if not as_expected:
        raise typer.Exit(130 if as_expected is None else 1)


def read_case(path: Path, function: str | None) -> Case:
    """Read an event with its expectation, or without one an event of the user's own."""
    if has_expectation(path):
        case = load_case(path)
    else:
        folder = path.resolve().parent.name
        case = Case(path.name, path, folder, read_event(path), about="", given=(), answer=None, afterwards={})
    return replace(case, function=function) if function else case


def show_answer(case: Case, stage: Stage) -> bool:
    """Print the answer, to stdout and nothing else there, and whether it is the expected one."""
    answers: list[Any] = []

    def invoke(word: str, event: Event) -> Any:
        answers.append(stage.invoke(word, event))
        return answers[0]

    if not has_expectation(case.path):
        answer = invoke(case.function, case.event)
        console.print_json(json.dumps(answer))
        return not (isinstance(answer, dict) and "errorType" in answer)
    problems = check(case, invoke, stage)
    console.print_json(json.dumps(answers[0]))
    verdict = "[bold red]not as expected:[/]" if problems else "[green]as expected:[/]"
    errors.print(f"{verdict} {case.about}", highlight=False, soft_wrap=True)
    _show_problems(problems, errors)
    return not problems


def _show_line(case: Case, stage: StackStage) -> bool:
    stage.empty()
    problems = check(case, stage.invoke, stage)
    mark = "[red]✗[/]" if problems else "[green]✓[/]"
    console.print(f"{mark} {case.name:<32} [dim]{case.about}[/]", highlight=False, soft_wrap=True)
    _show_problems(problems, console)
    return not problems


def _show_problems(problems: list[str], to: Console) -> None:
    for problem in problems:
        to.print(f"    {problem}", highlight=False, markup=False, soft_wrap=True)


def _print_log(word: str, line: bytes) -> None:
    # To stderr: what is printed to stdout is the answer alone.
    errors.print(line.decode(errors="replace"), style="dim", highlight=False, markup=False, soft_wrap=True)
