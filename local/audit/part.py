"""One part of an audit, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum


class Ending(IntEnum):
    """How a part ended; the worst one is the exit status of all: 1 asks for a change, 3 for another place to run in."""

    CLEAN = 0
    FOUND = 1
    UNCHECKED = 3


@dataclass(frozen=True, slots=True)
class Part:
    """What was looked at.

    Attributes:
        name: For people.
        looked_at: How many packages, files or findings, in words.
        found: What is to be mended or explained, a sentence each.
        unchecked: What could not be looked at, a sentence each; never the same as nothing found.
    """

    name: str
    looked_at: str
    found: Sequence[str] = field(default=())
    unchecked: Sequence[str] = field(default=())

    @property
    def ending(self) -> Ending:
        """Tell how it ended."""
        if self.found:
            return Ending.FOUND
        return Ending.UNCHECKED if self.unchecked else Ending.CLEAN


def ending_of(parts: Sequence[Part]) -> Ending:
    """Return how the audit ended: something found counts more than something that nobody could look at."""
    endings = {part.ending for part in parts}
    return next((each for each in (Ending.FOUND, Ending.UNCHECKED) if each in endings), Ending.CLEAN)
