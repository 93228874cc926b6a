"""Feedback as labelled tickets, in the form that `models/tickets.py` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

LABELS = ("category", "urgency", "sentiment")


def merged(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return by ticket the labels that were said last, each on its own.

    Args:
        rows: Of `GET /feedback`, newest first.
    """
    said: dict[str, dict[str, Any]] = {}
    for row in rows:
        labels = said.setdefault(row["ticket_id"], {})
        for name in LABELS:
            if row[name] is not None:
                labels.setdefault(name, row[name])
    return said


def labelled_row(ticket: Mapping[str, Any], labels: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return one line of the file; None of a ticket whose labels nobody spoke of.

    Args:
        ticket: As `GET /tickets/{ticket_id}` answers.
        labels: What was said of it.
    """
    if not labels:
        return None
    text = "\n".join(part for part in (ticket["subject"], ticket["description"]) if part)  # as the model reads it
    return {"text": text, **{name: labels.get(name) for name in LABELS}, "group": ""}
