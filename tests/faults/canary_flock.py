"""Words that nobody could guess, each with where it was put."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random


@dataclass
class Flock:
    """The canaries.

    Attributes:
        words: What clients wrote, by where.
        secrets: What nobody may see, by what it is.
    """

    chance: Random
    words: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def word(self, place: str) -> str:
        return self.words.setdefault(place, self._new())

    def secret(self, what: str) -> str:
        return self.secrets.setdefault(what, self._new())

    def _new(self) -> str:
        return "".join(self.chance.choices("bcdfghjklmnpqrstvwxz", k=18))
