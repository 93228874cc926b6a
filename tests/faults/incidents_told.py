"""The tickets of the suite `incidents`: groups that are alike, and others that are like nothing."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from ticketrouter.domain.score import Score

GROUPS = 8


@dataclass(frozen=True)
class Said:
    """A ticket, and what the model says of it."""

    ticket_id: str
    at_s: float
    score: Score


def storm(tickets: int, chance: Random) -> list[Said]:
    """Return tickets: groups that burst, pause for minutes and burst again, and every fifth like nothing else."""
    made: list[Said] = []
    size = max(30, tickets * 4 // 5 // GROUPS)
    for group in range(max(1, tickets * 4 // 5 // size)):
        vector = bytes(127 if at == group % 32 else 0 for at in range(64))
        at_s = 120.0 + 600 * group
        for number in range(size):
            at_s += 400 if number == size // 2 else chance.expovariate(1.5)
            made.append(_said(f"g{group}-{number}", at_s, vector, chance))
    for number in range(tickets - len(made)):
        vector = bytes(0 if at < 32 else chance.randrange(256) for at in range(64))
        made.append(_said(f"u{number}", chance.uniform(0, made[size - 1].at_s + 600 * GROUPS), vector, chance))
    return sorted(made, key=lambda said: said.at_s)


def _said(name: str, at_s: float, vector: bytes, chance: Random) -> Said:
    urgency = round(chance.uniform(0.75, 0.95), 2)
    category = chance.choices(["Technical", "Legal"], [5, 1])[0]
    return Said(name, at_s, Score(category, 0.9, False, urgency, "neutral", 0.0, (), "stub", embedding=vector))
