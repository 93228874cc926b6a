"""What pydantic found wrong, as problems that a client can act on: few, and of the input no word but its keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ticketrouter.domain.errors import FieldProblem

MAX_PROBLEMS = 20  # a body of 1 MiB may hold 100,000 unknown fields, and Lambda answers at most 6 MB
MAX_KEY_CHARS = 100


def field_problems(error: ValidationError) -> list[FieldProblem]:
    """Return a problem for each field at fault, the first 20 of them."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    problems = [FieldProblem(_pointer(problem["loc"]), _detail(problem)) for problem in found[:MAX_PROBLEMS]]
    if len(found) > MAX_PROBLEMS:
        problems.append(FieldProblem("", f"and {len(found) - MAX_PROBLEMS:,} more"))
    return problems


def _pointer(location: tuple[int | str, ...]) -> str:
    """Return the JSON pointer of a place (RFC 6901, section 3: `~` and `/` in a key are escaped)."""
    keys = (part if len(part) <= MAX_KEY_CHARS else f"{part[:MAX_KEY_CHARS]}…" for part in map(str, location))
    return "".join(f"/{key.replace('~', '~0').replace('/', '~1')}" for key in keys)


def _detail(problem: Mapping[str, Any]) -> str:
    match problem["type"]:
        case "extra_forbidden":
            return "is not known here"
        case "model_type":
            return "must be a JSON object"
        case _:
            return str(problem["msg"]).removeprefix("Value error, ")
