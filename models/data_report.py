"""Count and compare our own tickets: `python -m models.data_report` prints the tables and puts them into the card.

What is counted: every cell of the labels, groups and their sizes, shared runs of words, nearest neighbours, and what
train and dev have in common. Needs onnxruntime, tokenizers and numpy only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from models.bundle import MODELS_DIR
from models.outputs import as_stored
from models.overlap import Floats, commonest_runs, nearest_elsewhere, shares_a_run, words
from models.sections import table, write_section
from models.tickets import CATEGORIES, RUBRIC_DIR, SENTIMENTS, URGENCY_LEVELS, Ticket, read_rubric, ticket_from
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.domain.ticket import fold

LENGTHS = (("1 to 8", 8), ("9 to 30", 30), ("31 to 80", 80), ("81 to 160", 160), ("more", 10_000))  # words
CLOSE = 0.9  # cosine from which on two texts say the same thing
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Row:
    """A ticket of ours, the file it is in, its language, and whether it is of the dev split."""

    ticket: Ticket
    file: str
    language: str
    held_out: bool

    @property
    def length(self) -> str:
        """The class of its length."""
        count = len(self.ticket.text.split())
        return next(name for name, most in LENGTHS if count <= most)


def read_rows() -> list[Row]:
    """All our tickets, in file order."""
    held_out = set(read_rubric()[1])
    rows = []
    for path in sorted(RUBRIC_DIR.glob("*.jsonl")):
        for line in filter(str.strip, path.read_text(encoding="utf-8").splitlines()):
            raw = json.loads(line)
            ticket = ticket_from(raw)
            rows.append(Row(ticket, path.stem, raw["lang"], ticket in held_out))
    return rows


def cells(rows: Sequence[Row]) -> str:
    """Category x urgency, each cell by sentiment; then which cells of all four labels are empty."""
    count = Counter((r.ticket.category, r.ticket.urgency, r.ticket.sentiment) for r in rows)
    body = []
    for category in CATEGORIES:
        line = [[count[category, level, tone] for tone in SENTIMENTS] for level in URGENCY_LEVELS]
        body.append([category, *(f"{sum(cell)} ({'/'.join(map(str, cell))})" for cell in line), sum(map(sum, line))])
    totals = [sum(r.ticket.urgency == level for r in rows) for level in URGENCY_LEVELS]
    body.append(["all", *totals, len(rows)])
    full = Counter((r.ticket.category, r.ticket.urgency, r.ticket.sentiment, r.length) for r in rows)
    wanted = list(product(CATEGORIES, URGENCY_LEVELS, SENTIMENTS, (name for name, _ in LENGTHS)))
    filled = [cell for cell in wanted if full[cell]]
    return (
        table(("negative/neutral/positive", *(f"{level:g}" for level in URGENCY_LEVELS), "all"), body)
        + f"\n\nOf the {len(wanted)} cells of category, urgency, sentiment and length {len(filled)} hold tickets; the"
        f" median of these holds {int(np.median([full[cell] for cell in filled]))}."
    )


def kinds(rows: Sequence[Row]) -> str:
    """Languages by length, with the labels of each language."""
    names = sorted({row.language for row in rows}, key=lambda name: (name != "en", name))
    body = []
    for name in names:
        these = [row for row in rows if row.language == name]
        lengths = [sum(row.length == length for row in these) for length, _ in LENGTHS]
        categories = "/".join(str(sum(row.ticket.category == one for row in these)) for one in CATEGORIES)
        levels = "/".join(str(sum(row.ticket.urgency == level for row in these)) for level in URGENCY_LEVELS)
        body.append([name, len(these), *lengths, categories, levels])
    header = ("language", "n", *(f"{name} words" for name, _ in LENGTHS), "by category", "by urgency, 0 to 1")
    return table(header, body)


def groups(rows: Sequence[Row]) -> str:
    """Groups by size, stems, and what stands alone."""
    sizes = Counter(row.ticket.group for row in rows if row.ticket.group)
    stems = {row.ticket.stem for row in rows if row.ticket.group}
    by_size = Counter(sizes.values())
    body = [[size, by_size[size], size * by_size[size]] for size in sorted(by_size)]
    pairs = sum(size * (size - 1) // 2 for size in sizes.values())
    return (
        table(("tellings in a group", "groups", "tickets"), body)
        + f"\n\n{len(sizes)} groups in {len(stems)} stems (a stem also holds the near misses or the contrast set);"
        f" {pairs} pairs of tellings; {sum(not row.ticket.group for row in rows)} tickets stand alone."
    )


def likeness(rows: Sequence[Row], vectors: Floats) -> str:
    """By file: words, shared runs of words, nearest neighbours outside the stem."""
    texts, stems = [row.ticket.text for row in rows], [row.ticket.stem for row in rows]
    files = np.asarray([row.file for row in rows])
    elsewhere, other_file = shares_a_run(texts, stems), shares_a_run(texts, list(files))
    cosine, place = nearest_elsewhere(vectors, stems)
    body = []
    for name in [*sorted(set(files)), "all"]:
        here = np.ones(len(rows), dtype=np.bool_) if name == "all" else files == name
        tokens = [word for text, mine in zip(texts, here, strict=True) if mine for word in words(text)]
        body.append(
            [
                name,
                int(here.sum()),
                len(tokens),
                f"{len(set(tokens)) / len(tokens):.3f}",
                *(f"{share[here].mean():.3f}" for share in (elsewhere, other_file)),
                f"{np.median(cosine[here]):.2f}",
                f"{np.quantile(cosine[here], 0.95):.2f}",
                f"{(cosine[here] > CLOSE).mean():.3f}",
            ]
        )
    header = (
        "file",
        "n",
        "words",
        "types/words",
        "run in another stem",
        "run in another file",
        "nearest: median",
        "p95",
    )
    runs = ", ".join(f"“{run}” ({count})" for run, count in commonest_runs(texts, stems, 5))
    closest = int(cosine.argmax())
    return (
        table((*header, f"> {CLOSE}"), body)
        + f"\n\n“Run”: the share of tickets that have any five words in a row in common with a ticket of another stem"
        f" or file. “Nearest”: cosine of the bundle's vectors, nearest ticket outside the stem. The runs in the most"
        f" stems: {runs}. The closest pair of different stems ({cosine[closest]:.2f}): “{brief(texts[closest])}” and"
        f" “{brief(texts[place[closest]])}”."
    )


def brief(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= 90 else f"{line[:90]}…"


def leakage(rows: Sequence[Row], vectors: Floats) -> str:
    """What dev has in common with train: it must be next to nothing."""
    sides = ["dev" if row.held_out else "train" for row in rows]
    dev: Mask = np.asarray([row.held_out for row in rows])
    stems = [{row.ticket.stem for row in rows if row.held_out == side} for side in (True, False)]
    texts = [{fold(row.ticket.text) for row in rows if row.held_out == side} for side in (True, False)]
    run = shares_a_run([row.ticket.text for row in rows], sides)[dev]
    cosine = nearest_elsewhere(vectors, sides)[0][dev]
    middle, far = np.median(cosine), np.quantile(cosine, 0.95)
    twice = sum(count - 1 for count in Counter(fold(row.ticket.text) for row in rows).values())
    body = [
        ("tickets in train, dev", f"{int((~dev).sum())}, {int(dev.sum())}"),
        ("stems on both sides", len(stems[0] & stems[1])),
        ("texts on both sides (whatever their case and spacing)", len(texts[0] & texts[1])),
        ("texts that occur more than once anywhere", twice),
        ("dev tickets with a run of five words of a train ticket", f"{run.mean():.3f}"),
        ("cosine of a dev ticket's nearest train ticket: median, p95", f"{middle:.2f}, {far:.2f}"),
        (f"dev tickets whose nearest train ticket is closer than {CLOSE}", f"{(cosine > CLOSE).mean():.3f}"),
    ]
    return table(("train and dev", ""), body)


def report(rows: Sequence[Row], vectors: Floats) -> str:
    """The whole section, in Markdown; vectors [n, d] as the worker keeps them."""
    parts = cells(rows), kinds(rows), groups(rows), likeness(rows, vectors), leakage(rows, vectors)
    return "\n\n".join((f"{len(rows)} tickets in {len({row.file for row in rows})} files.", *parts))


def main() -> None:
    """Read, embed, print and write."""
    rows = read_rows()
    raw = OnnxScorer(MODELS_DIR).infer([row.ticket.text for row in rows])
    body = report(rows, as_stored(raw.vectors))
    write_section("data", "python -m models.data_report", body)
    print(body)


if __name__ == "__main__":
    main()
