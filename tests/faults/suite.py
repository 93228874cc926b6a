"""What a suite of faults is, and what it finds out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """What a suite found out.

    Attributes:
        figures: What goes into docs/fault-report.json under the suite's name: JSON, flat where possible.
        broken: What did not hold, a sentence each that names seed and place. Empty: everything held.
    """

    figures: Mapping[str, Any]
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Suite:
    """An attack on the router.

    Attributes:
        name: Its module in tests/faults, which has `run(seed: int, scale: float) -> Result`.
        attacks: What it does and what must hold, in a sentence.
        shows: Names of the figures that stand in the table of docs/guarantees.md.
        limit_s: After how long at full size it counts as hung.
    """

    name: str
    attacks: str
    shows: tuple[str, ...]
    limit_s: int = 600

    def run(self, seed: int, scale: float) -> Result:
        """Attack, in this process.

        Args:
            seed: Of all chance.
            scale: 1 is the full size.
        """
        result = import_module(f"tests.faults.{self.name}").run(seed, scale)
        assert isinstance(result, Result)
        return result
