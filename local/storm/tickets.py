"""The tickets of a storm: events/storm.jsonl, in an order that a seed decides."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Not an incident: tickets about something else, and those that say it in an incident's words.
APART = ("unrelated", "near-miss")


@dataclass(frozen=True, slots=True)
class Telling:
    """One customer's ticket.

    Attributes:
        story: The incident that it tells, or one of `APART`. It is never posted: the router has to find out.
        body: What is posted.
    """

    story: str
    body: dict[str, Any]


def read_tellings(path: Path, seed: int, count: int | None = None) -> list[Telling]:
    """Read the tickets and shuffle them, so that all incidents go on at the same time; the first `count`, or all."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    tellings = [Telling(row.pop("story"), row) for row in rows]
    random.Random(seed).shuffle(tellings)
    return tellings[:count]
