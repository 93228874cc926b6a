"""What each file in events/ must lead to: `events/<function>/<case>.json`, and beside it `<case>.expected.json`.

The form is told to people in events/README.md. Three users share it: tests/functional (the twins in memory),
`python -m local invoke` (awslambdaric) and `make container-test` (`sam local invoke`). Standard library alone, but for
the table of routes. In short:

    case = load_case(Path("events/worker/one.json"))
    problems = check(case, invoke, stage)            # [] if everything is as expected
    problems = differences(case.answer, answer)      # the answer alone, for who has no stage
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from local.errors import LocalStackError
from local.plan import Route
from local.routing import Router
from ticketrouter.domain.access import ROUTE_SCOPES

_SUFFIX = ".expected.json"
_FIELDS = {"about", "given", "answer", "afterwards"}
_QUESTION = "query/get_ticket.json"  # what every question afterwards is made of
_ROUTER = Router(Route(key, "", None) for key in ROUTE_SCOPES)

Event = dict[str, Any]
Invoke = Callable[[str, Event], Any]  # (function's word, event) -> what it answers; a failure's {"errorType": …} too


class Stage(Protocol):
    """An empty store with functions around it: brings about what a case presupposes, and looks what came of it."""

    def invoke(self, word: str, event: Event) -> Any:
        """Run a function and return its answer."""

    def begin(self, event: Event) -> None:
        """Do to the tickets of a worker's event what a worker does that dies over them: count an attempt, no more."""


@dataclass(frozen=True, slots=True)
class Case:
    """An event and what must come of it.

    Attributes:
        name: `<function>/<case>`.
        path: The event's file.
        function: The word of the function it is for.
        event: The event, as Lambda passes it.
        about: One sentence for people.
        given: What happens before, in this order: the name of another case, whose event is run; or
            `{"begun": "<case>", "times": n}`, for a worker that died n times over the tickets of that event.
        answer: What the function must answer, see `differences`.
        afterwards: Calls of the API, as `GET /tickets/INC-2041`, to what the body of their answer must be.
    """

    name: str
    path: Path
    function: str
    event: Event
    about: str
    given: Sequence[str | Mapping[str, Any]]
    answer: Any
    afterwards: Mapping[str, Any]


def load_cases(folder: Path) -> list[Case]:
    """Return every case below `events/`, ordered by name.

    Raises:
        LocalStackError: As `load_case`.
    """
    events = sorted(folder.glob("*/*.json"))
    return [load_case(path) for path in events if not path.name.endswith(_SUFFIX)]


def has_expectation(path: Path) -> bool:
    """Tell whether an expectation lies beside an event."""
    return _beside(path).exists()


def load_case(path: Path) -> Case:
    """Read an event and the expectation beside it.

    Raises:
        LocalStackError: One of the two cannot be read; names the file.
    """
    beside = _beside(path)
    expected = _read(beside)
    if not isinstance(expected, dict) or not {"about", "answer"} <= expected.keys() <= _FIELDS:
        raise LocalStackError(f"{beside}: it must be an object with about, answer, and perhaps given and afterwards")
    return Case(
        name=f"{path.resolve().parent.name}/{path.stem}",
        path=path,
        function=path.resolve().parent.name,
        event=read_event(path),
        about=expected["about"],
        given=expected.get("given", ()),
        answer=expected["answer"],
        afterwards=expected.get("afterwards", {}),
    )


def read_event(path: Path) -> Event:
    """Read an event alone.

    Raises:
        LocalStackError: It cannot be read; names the file.
    """
    event = _read(path)
    if not isinstance(event, dict):
        raise LocalStackError(f"{path}: an event must be a JSON object")
    return event


def _beside(path: Path) -> Path:
    return path.with_name(path.stem + _SUFFIX)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise LocalStackError(f"{path} cannot be read as JSON: {error}") from error


# --- running a case ---------------------------------------------------------------------------------------------------


def check(case: Case, invoke: Invoke, stage: Stage) -> list[str]:
    """Bring about what the case presupposes, run its event, and compare.

    Args:
        case: The case.
        invoke: Runs the function that is looked at: `stage.invoke`, or another way to the same store.
        stage: Runs everything around it. Its store must be empty: cases share ids.

    Returns:
        What is not as expected, one line each; nothing if all is.

    Raises:
        LocalStackError: A file that `given` names cannot be read.
    """
    events = case.path.resolve().parents[1]
    for step in case.given:
        _set_up(step, events, stage)
    found = differences(case.answer, invoke(case.function, case.event))
    for call, expected in case.afterwards.items():
        answer = stage.invoke("query", question(events, call))
        body = answer.get("body") if isinstance(answer, dict) and "statusCode" in answer else answer
        found += differences(expected, body, call)
    return found


def _set_up(step: str | Mapping[str, Any], events: Path, stage: Stage) -> None:
    if isinstance(step, str):
        stage.invoke(step.partition("/")[0], read_event(events / f"{step}.json"))
        return
    for _ in range(step["times"]):
        stage.begin(read_event(events / f"{step['begun']}.json"))


def question(events: Path, call: str) -> Event:
    """Return the event of a call such as `GET /tickets/INC-2041?include=deliveries`.

    Raises:
        LocalStackError: No route serves it.
    """
    method, _, target = call.partition(" ")
    path, _, query = target.partition("?")
    matched = _ROUTER.match(method, path)
    if matched is None:
        raise LocalStackError(f"{call!r} is not a call of the API")
    route, parameters = matched
    event = read_event(events / _QUESTION)
    event |= {"routeKey": route.key, "rawPath": path, "rawQueryString": query, "pathParameters": parameters}
    event["requestContext"] |= {
        "routeKey": route.key,
        "http": {**event["requestContext"]["http"], "method": method, "path": path},
    }
    return event


def functions_of(case: Case) -> set[str]:
    """Return the words of the functions that the case runs, those for its `given` and `afterwards` included."""
    given = {step.partition("/")[0] for step in case.given if isinstance(step, str)}
    return {case.function, *given, *(["query"] if case.afterwards else [])}


# --- comparing --------------------------------------------------------------------------------------------------------


def differences(expected: Any, actual: Any, where: str = "answer") -> list[str]:
    """Compare what matters; each line says where, what was expected, and what is there.

    - An object: each field that it names must match; others are not looked at.
    - A list: as long, and each entry matches.
    - Text, numbers, true, false and null: equal. Text that stands where an object or a list is expected is read as
      JSON first (bodies of HTTP answers).
    - `{"$any": true}`: there, and not null. `{"$absent": true}`: not there. `{"$matches": "regex"}`: text that it
      matches from end to end. `{"$between": [0.8, 1]}`: a number, both ends included. `{"$length": 20}`: of a list.
    """
    if isinstance(expected, dict) and len(expected) == 1 and next(iter(expected)).startswith("$"):
        ((rule, value),) = expected.items()
        return [] if _obeys(rule, value, actual) else [f"{where}: expected {_shown(expected)}, is {_shown(actual)}"]
    if isinstance(expected, dict | list) and isinstance(actual, str):
        try:
            actual = json.loads(actual)
        except ValueError:
            return [f"{where}: expected {_shown(expected)}, is {_shown(actual)}"]
    if isinstance(expected, dict) and isinstance(actual, dict):
        return [line for name in expected for line in _field(expected[name], actual, name, where)]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for index, (one, other) in pairs for line in differences(one, other, f"{where}[{index}]")]
    same = expected == actual and isinstance(expected, bool) == isinstance(actual, bool)
    return [] if same else [f"{where}: expected {_shown(expected)}, is {_shown(actual)}"]


def _field(expected: Any, actual: Mapping[str, Any], name: str, where: str) -> list[str]:
    if expected == {"$absent": True}:
        return [f"{where}.{name}: expected nothing, is {_shown(actual[name])}"] if name in actual else []
    if name not in actual:
        return [
            f"{where}.{name}: expected {_shown(expected)}, is not there (there is {', '.join(actual) or 'nothing'})"
        ]
    return differences(expected, actual[name], f"{where}.{name}")


def _obeys(rule: str, value: Any, actual: Any) -> bool:
    match rule:
        case "$any":
            return actual is not None
        case "$matches":
            return isinstance(actual, str) and re.fullmatch(value, actual, re.DOTALL) is not None
        case "$between":
            return isinstance(actual, int | float) and not isinstance(actual, bool) and value[0] <= actual <= value[1]
        case "$length":
            return isinstance(actual, list) and len(actual) == value
    raise LocalStackError(f"There is no rule {rule}: $any, $absent, $matches, $between, $length")


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:199]}…"
