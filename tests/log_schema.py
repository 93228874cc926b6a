"""docs/logs.md as data: which fields the lines of which function may have."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

LOGS = (Path(__file__).parents[1] / "docs" / "logs.md").read_text(encoding="utf-8")
_CODE = re.compile(r"`([^`]+)`")


def _rows(heading: str) -> list[list[str]]:
    table = re.search(r"(?:^\|.*\n)+", LOGS.split(f"\n## {heading}\n", 1)[1], re.MULTILINE)
    assert table is not None, heading
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table.group().splitlines()[2:]]


COMMON = {name for row in _rows("On every line of ours") for name in _CODE.findall(row[0])}

# (function, message) -> (level, fields beyond the common ones)
EVENTS: dict[tuple[str, str], tuple[str, set[str]]] = {
    (word.strip(), _CODE.findall(message)[0]): (level, set(_CODE.findall(fields)))
    for words, message, level, fields in _rows("One line an event")
    for word in words.split(",")
}
OTHERS = {name for row in _rows("Lines of others in the same log groups") for name in _CODE.findall(row[1])}
ACCESS_LOG = set(_CODE.findall(LOGS.split("in its own log group:", 1)[1].split(".", 1)[0]))

# Ours in bytes: written by -> (all, of them metrics).
BYTES = {
    row[0].split(",")[0]: (int(row[1]), int(row[2]))
    for row in _rows("What a ticket costs in log bytes")
    if row[1].isdigit()
}


def fields_of(word: str) -> set[str]:
    """Return every field that a line in this function's log group may have."""
    by_word = defaultdict(set)
    for (function, _), (_, fields) in EVENTS.items():
        by_word[function] |= fields
    return COMMON | OTHERS | by_word[word]
