"""Search for tickets that are alike: the window of vectors as one matrix in this process.

Vectors travel as int8 and are compared as float32, for which numpy has a fast product and for int8 none: a batch
against 10,000 vectors is one pass over 15 MB (`python -m local bench` times it).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ticketrouter.domain.incident import MAX_NEIGHBOURS, WINDOW_VECTORS, vectors_s
from ticketrouter.domain.joiner import Neighbour
from ticketrouter.ports.incidents import Embedded

_FIRST_ROWS = 1_024


class MatrixNeighbours:
    """The Neighbours of production.

    Args:
        similarity: Cosine from which on two tickets are alike.
        window_s: How long a ticket counts for the limit; a vector does for `vectors_s`, by the times of the entries.
        kept: How many are kept: at 50,000 the matrix takes 77 MB, while it grows or shrinks twice that.
    """

    def __init__(self, *, similarity: float, window_s: int, kept: int = WINDOW_VECTORS) -> None:
        self._kept = kept
        self._similarity = similarity
        self._window_ms = vectors_s(window_s) * 1_000
        self._ids: list[str] = []
        self._at_ms: list[int] = []
        self._rows: NDArray[np.float32] = np.empty((0, 0), np.float32)  # [capacity, d], the first len(_ids) in use
        self._row_of: dict[str, int] = {}

    def __len__(self) -> int:
        """Return how many vectors are in the window."""
        return len(self._ids)

    def update(self, entries: Sequence[Embedded]) -> None:
        """Take in what is new, and drop what has left the window or was deleted."""
        if not entries:
            return
        # What comes again counts from now on: rows are in the order of their times, so it goes to the end.
        self._drop(entries[-1].at_ms - self._window_ms, {entry.ticket_id for entry in entries})
        fresh: dict[str, Embedded] = {}
        for entry in entries:  # in their order: a ticket may be deleted, and another one come under its id
            fresh.pop(entry.ticket_id, None)
            if entry.vector:
                fresh[entry.ticket_id] = entry
        self._append(list(fresh.values()))

    def _drop(self, before_ms: int, gone: set[str]) -> None:
        """Close the gaps; only when it is worth while, or somebody was deleted or comes again."""
        old = sum(1 for at_ms in self._at_ms[: len(self._at_ms) // 8 + 1] if at_ms < before_ms)
        if old <= len(self._ids) // 8 and not gone & self._row_of.keys() and len(self._ids) < self._kept:
            return
        surplus = max(0, len(self._ids) - self._kept * 7 // 8)
        kept = [
            row
            for row, (ticket_id, at_ms) in enumerate(zip(self._ids, self._at_ms, strict=True))
            if at_ms >= before_ms and ticket_id not in gone and row >= surplus
        ]
        self._rows = self._rows[kept]
        self._ids = [self._ids[row] for row in kept]
        self._at_ms = [self._at_ms[row] for row in kept]
        self._row_of = {ticket_id: row for row, ticket_id in enumerate(self._ids)}

    def _append(self, entries: Sequence[Embedded]) -> None:
        if not entries:
            return
        rows = _unit([entry.vector for entry in entries])
        used = len(self._ids)
        if rows.shape[1] != self._rows.shape[1]:  # the first ones
            self._rows, used = np.empty((_FIRST_ROWS, rows.shape[1]), np.float32), 0
            self._ids, self._at_ms, self._row_of = [], [], {}
        if used + len(rows) > len(self._rows):
            larger = np.empty((max(2 * used, used + len(rows), _FIRST_ROWS), rows.shape[1]), np.float32)
            larger[:used] = self._rows[:used]
            self._rows = larger
        self._rows[used : used + len(rows)] = rows
        for row, entry in enumerate(entries, start=used):
            self._ids.append(entry.ticket_id)
            self._at_ms.append(entry.at_ms)
            self._row_of[entry.ticket_id] = row

    def nearest(self, vectors: Sequence[bytes]) -> list[list[Neighbour]]:
        """Return for each vector the tickets that are like it, most similar first, at most `MAX_NEIGHBOURS`."""
        if not vectors or not self._ids or len(vectors[0]) != self._rows.shape[1]:
            return [[] for _ in vectors]
        oldest_ms = self._at_ms[-1] - self._window_ms
        window = self._rows[: len(self._ids)].T
        # One by one: for a handful of vectors the product of two matrices takes thrice as long (OpenBLAS, measured).
        return [self._of_row(vector @ window, oldest_ms) for vector in _unit(vectors)]

    def _of_row(self, row: NDArray[np.float32], oldest_ms: int) -> list[Neighbour]:
        (alike,) = np.nonzero(row >= self._similarity)
        if len(alike) > 2 * MAX_NEIGHBOURS:
            alike = alike[np.argpartition(-row[alike], 2 * MAX_NEIGHBOURS)[: 2 * MAX_NEIGHBOURS]]
        alike = alike[np.argsort(-row[alike], kind="stable")]
        found = [
            Neighbour(self._ids[index], round(float(row[index]), 4))
            for index in alike.tolist()
            if self._at_ms[index] >= oldest_ms
        ]
        return found[:MAX_NEIGHBOURS]


def _unit(vectors: Sequence[bytes]) -> NDArray[np.float32]:
    """Return int8 vectors as unit rows, [n, d] float32."""
    rows = np.frombuffer(b"".join(vectors), np.int8).reshape(len(vectors), -1).astype(np.float32)
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows))
    return np.asarray(rows / np.maximum(lengths, 1.0)[:, None], np.float32)
