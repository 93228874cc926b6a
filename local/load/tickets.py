"""What is posted: our own tickets (models/data), of which a chosen share is urgent."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

URGENT_SHARE = 0.15
_URGENT = 1  # as its writer meant it; what the model makes of it is what counts in the figures
_CUSTOMERS = 500


def ticket_bodies(root: Path, *, seed: int, prefix: str) -> Iterator[dict[str, Any]]:
    """Return bodies of `POST /tickets` without end, each with an id of its own: `<prefix><number>`."""
    rows = [
        json.loads(line)
        for file in sorted((root / "models" / "data").glob("*.jsonl"))
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    urgent = [row["text"] for row in rows if row["urgency"] == _URGENT]
    others = [row["text"] for row in rows if row["urgency"] != _URGENT]
    chance = random.Random(seed)
    number = 0
    while True:
        text = chance.choice(urgent if chance.random() < URGENT_SHARE else others)
        customer = f"customer-{chance.randrange(_CUSTOMERS)}"
        yield {"ticket_id": f"{prefix}{number}", "description": text, "customer": customer}
        number += 1
