"""Hunt for an input that breaks a promise, by hypothesis: seeded, and what it finds is shrunk, printed and stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
FOUND = Path(".local/faults")  # git ignores it


@dataclass(slots=True)
class Hunt:
    """What a hunt did.

    Attributes:
        tried: Inputs that were tried.
        broken: A sentence about the smallest input that broke a promise; empty if none did.
    """

    tried: int = 0
    broken: list[str] = field(default_factory=list)


def hunt(name: str, inputs: SearchStrategy[T], attack: Callable[[T], None], *, examples: int, with_seed: int) -> Hunt:
    """Attack with inputs until one breaks a promise, or so many did not.

    Args:
        name: Of the hunt, for people and for the file.
        inputs: What to try.
        attack: Raises if a promise does not hold.
        examples: How many to try.
        with_seed: Of all chance.
    """
    result = Hunt()
    last: list[T] = []

    @seed(with_seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,  # the seed alone decides, so that a run can be replayed
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @given(inputs)
    def attempt(one: T) -> None:
        result.tried += 1
        last[:] = [one]
        attack(one)

    try:
        attempt()
    except Exception as error:  # the last input that hypothesis tries is the smallest that fails
        if not last:  # it is hypothesis itself that has a complaint
            raise
        path = store(name, with_seed, last[0])
        said = f"{type(error).__name__}: {error}".split("\n\n")[0]
        result.broken.append(f"{name}, seed {with_seed}, after {result.tried} inputs: {said[:1_000]} (input: {path})")
        print(f"{result.broken[-1]}\n{last[0]!r:.4000}")
    return result


def store(name: str, with_seed: int, found: Any) -> Path:
    """Write an input down, bytes as latin-1, so that it can be read and sent again."""
    FOUND.mkdir(parents=True, exist_ok=True)
    path = FOUND / f"{name.replace(' ', '-')}-{with_seed}.json"
    text = json.dumps(found, indent=1, default=lambda it: it.decode("latin-1") if isinstance(it, bytes) else repr(it))
    path.write_text(text + "\n", encoding="utf-8")
    return path
