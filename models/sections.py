"""Parts of the model card that commands write, between markers, so that each can be made again by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from models.bundle import MODELS_DIR

CARD = MODELS_DIR / "README.md"


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def write_section(name: str, command: str, body: str, card: Path = CARD) -> None:
    """Replace what stands between the markers of a section.

    Raises:
        ValueError: The card has not exactly one pair of these markers.
    """
    begin, end = f"<!-- {name}:begin (written by `{command}`) -->", f"<!-- {name}:end -->"
    before, rest = card.read_text(encoding="utf-8").split(begin)
    _, after = rest.split(end)
    card.write_text(f"{before}{begin}\n{body}\n{end}{after}", encoding="utf-8")
