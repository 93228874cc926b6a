"""Labelled tickets: read them, split them, draw from them.

Two sources: our own rubric tickets (`models/data/*.jsonl`, committed) and public data, which stays outside the
repository and is found through the environment variable PUBLIC_DATA. No tensors here.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import os
import random
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

CATEGORIES = ("Billing", "Technical", "Legal", "General")
SENTIMENTS = ("negative", "neutral", "positive")
URGENCY_LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)

RUBRIC_DIR = Path(__file__).parent / "data"
PUBLIC_LABELS = RUBRIC_DIR / "public"
TEST_DIR = RUBRIC_DIR / "test"  # nothing is trained, fitted or chosen on what lies there
DEV_SHARE_OF_FIVE = 1  # one stem in five is held out
REPORTS = ("apache_jira", "cfpb")  # public sources of long texts that tell of one incident each
LEAST_WORDS_OF_A_HALF = 8
_SENTENCE_END = re.compile(r"[.!?](?=\s|[A-Z])")
_STEM = re.compile(r"^[a-z]+-[a-z]*\d+")


@dataclass(frozen=True)
class Ticket:
    """One labelled ticket; None where a source does not say."""

    text: str
    category: str | None = None
    urgency: float | None = None
    sentiment: str | None = None
    group: str = ""
    source: str = "rubric"
    alt_category: str | None = None

    @property
    def stem(self) -> str:
        """The part of the group id that near misses and contrast sets share; the text itself when ungrouped."""
        found = _STEM.match(self.group)
        return found.group(0) if found else (self.group or self.text)


def ticket_from(row: dict[str, Any]) -> Ticket:
    """Read one row of a CSV or JSONL file; unknown or empty labels become None.

    Raises:
        ValueError: the text is missing or a label is outside the rubric.
    """
    text = str(row.get("text") or row.get("description") or "")
    if not text.strip():
        raise ValueError("a row without text")
    category, sentiment = row.get("category") or None, row.get("sentiment") or None
    if category not in (None, *CATEGORIES) or sentiment not in (None, *SENTIMENTS):
        raise ValueError(f"labels outside the rubric: {category!r}, {sentiment!r}")
    urgency = row.get("urgency")
    return Ticket(
        text=text,
        category=category,
        urgency=None if urgency in (None, "") else float(urgency),
        sentiment=sentiment,
        group=str(row.get("group") or row.get("group_id") or ""),
        source=str(row.get("source") or "rubric"),
        alt_category=row.get("alt_category") or None,
    )


def read_tickets(path: Path) -> list[Ticket]:
    """Read `.csv`, `.csv.gz`, `.jsonl` or `.jsonl.gz`, in file order."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    content = raw.decode("utf-8-sig")  # spreadsheets put a mark before the first column
    if ".jsonl" in path.name:
        return [ticket_from(json.loads(line)) for line in content.splitlines() if line.strip()]
    return [ticket_from(row) for row in csv.DictReader(io.StringIO(content, newline=""))]


def read_rubric() -> tuple[list[Ticket], list[Ticket]]:
    """Read our own tickets, as (train, dev); a stem is wholly on one side.

    The side depends on the stem alone, so tickets written later never move an old one across.
    """
    train: list[Ticket] = []
    dev: list[Ticket] = []
    for path in sorted(RUBRIC_DIR.glob("*.jsonl")):
        for ticket in read_tickets(path):
            digest = hashlib.sha256(ticket.stem.encode()).digest()
            (dev if digest[0] % 5 < DEV_SHARE_OF_FIVE else train).append(ticket)
    return train, dev


def read_feedback(held_out: list[Ticket]) -> list[Ticket]:
    """Read what people said of tickets' labels, from the file that FEEDBACK names; none without it.

    To be learned from like our own tickets, whose rubric it follows. What is held out stays held out, and a row with
    a label outside the rubric (of a deployment with categories of its own) goes without that label.

    Args:
        held_out: Tickets that nothing may be learned from.
    """
    named = os.environ.get("FEEDBACK", "")
    if not named:
        return []
    rows = [json.loads(line) for line in Path(named).read_text(encoding="utf-8").split("\n") if line.strip()]
    found = [
        ticket_from({**row, "category": row.get("category") if row.get("category") in CATEGORIES else None})
        for row in rows
    ]
    known = {ticket.text for ticket in held_out}
    wanted = [t for t in found if t.text not in known and (t.category or t.sentiment or t.urgency is not None)]
    print(f"FEEDBACK={named}: {len(wanted)} tickets; {len(found) - len(wanted)} left out")
    return wanted


def public_data() -> Path | None:
    """The folder named by PUBLIC_DATA, or None (said aloud) when there is none."""
    named = os.environ.get("PUBLIC_DATA", "")
    if not named:
        print("PUBLIC_DATA is not set: working on models/data alone.")
        return None
    folder = Path(named)
    if not (folder / "train.csv.gz").is_file():
        raise FileNotFoundError(f"PUBLIC_DATA={named}: no train.csv.gz in it")
    return folder


def read_public_train(sources: list[str]) -> dict[str, list[Ticket]]:
    """The public training rows of the wanted sources; empty without PUBLIC_DATA.

    Beside the sources themselves there are `by_rubric` (the rows that we labelled, which leave their source) and
    `halves` (long reports without labels, to be cut in two: `cut_in_two`).
    """
    folder = public_data()
    rows: dict[str, list[Ticket]] = defaultdict(list)
    if folder is None:
        return {}
    everything = read_tickets(folder / "train.csv.gz")
    rows["by_rubric"] = by_rubric(everything, "train")
    labelled = {ticket.text for ticket in rows["by_rubric"]}
    for ticket in everything:
        if ticket.text not in labelled:
            rows[ticket.source].append(ticket)
        if ticket.source in REPORTS and cut_in_two(ticket.text):
            rows["halves"].append(Ticket(ticket.text, source="halves"))
    return {source: rows[source] for source in sources}


def by_rubric(tickets: list[Ticket], split: str) -> list[Ticket]:
    """Those of the public tickets that we read by our rubric, with our urgency and sentiment; the category stays.

    The labels lie in `models/data/public/<split>.csv` beside the hash of the text that they belong to: the labels are
    ours, the texts are not.
    """
    by_hash = {text_hash(ticket.text): ticket for ticket in tickets}
    with (PUBLIC_LABELS / f"{split}.csv").open(newline="", encoding="utf-8") as file:
        labels = [row for row in csv.DictReader(file) if row["text_sha256"] in by_hash]
    return [
        replace(
            by_hash[row["text_sha256"]],
            urgency=float(row["urgency"]),
            sentiment=row["sentiment"],
            source="by_rubric",
        )
        for row in labels
    ]


def text_hash(text: str) -> str:
    """What stands for a public text in our files: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def cut_in_two(text: str) -> tuple[str, str] | None:
    """Cut a long report at the sentence end nearest its middle: two texts about one incident. None if it has none."""
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    cut = min(ends, key=lambda end: abs(end - len(text) / 2), default=0)
    parts = text[:cut].strip(), text[cut:].strip()
    return parts if min(len(part.split()) for part in parts) >= LEAST_WORDS_OF_A_HALF else None


def draw_evenly(tickets: list[Ticket], count: int, rng: random.Random) -> list[Ticket]:
    """Draw at most `count` tickets, as evenly over their label combinations as they allow."""
    cells: dict[tuple[object, ...], list[Ticket]] = defaultdict(list)
    for ticket in tickets:
        cells[ticket.category, ticket.urgency, ticket.sentiment].append(ticket)
    for cell in cells.values():
        rng.shuffle(cell)
    drawn: list[Ticket] = []
    order = list(cells.values())
    while len(drawn) < min(count, len(tickets)):
        for cell in order:
            if cell and len(drawn) < count:
                drawn.append(cell.pop())
    return drawn
