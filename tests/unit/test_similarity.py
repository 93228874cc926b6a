"""The matrix in the process: it finds what a comparison of all with all finds, and forgets what has left."""

from __future__ import annotations

import numpy as np
import pytest

from ticketrouter.adapters.memory import MemoryNeighbours
from ticketrouter.adapters.similarity import MatrixNeighbours
from ticketrouter.domain.incident import MAX_NEIGHBOURS
from ticketrouter.ports import Embedded

WINDOW_S = 300


def vectors(count: int, seed: int = 7, spread: float = 1.0) -> list[bytes]:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(1, 32)) + spread * rng.normal(size=(count, 32))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return [row.tobytes() for row in np.rint(rows * 127).astype(np.int8)]


def entries(made: list[bytes], at_ms: int = 1_000, start: int = 0) -> list[Embedded]:
    return [Embedded(f"t{n}", vector, at_ms) for n, vector in enumerate(made, start=start)]


def matrix(threshold: float = 0.5) -> MatrixNeighbours:
    return MatrixNeighbours(similarity=threshold, window_s=WINDOW_S)


def test_it_finds_what_its_twin_finds() -> None:
    made = vectors(150)
    real, twin = matrix(), MemoryNeighbours(0.5)
    for one in (real, twin):
        one.update(entries(made))
    for ours, theirs in zip(real.nearest(made[:20]), twin.nearest(made[:20]), strict=True):
        assert {one.ticket_id for one in ours} == {one.ticket_id for one in theirs}
        assert [one.similarity for one in ours] == pytest.approx([one.similarity for one in theirs], abs=1e-3)


def test_an_empty_window_has_no_neighbours() -> None:
    one = matrix()
    assert one.nearest(vectors(2)) == [[], []]
    one.update([])
    assert one.nearest([]) == []


def test_the_same_ticket_again_is_there_once() -> None:
    one, made = matrix(), vectors(3)
    one.update(entries(made))
    one.update(entries(made, at_ms=2_000))
    assert len(one) == 3


def test_what_has_left_the_window_is_no_neighbour_and_makes_room() -> None:
    one, made = matrix(-1.0), vectors(40)
    one.update(entries(made[:20], at_ms=1_000))
    one.update(entries(made[20:], at_ms=2_000 + WINDOW_S * 1_000, start=20))
    (found,) = one.nearest(made[:1])
    assert {neighbour.ticket_id for neighbour in found} == {f"t{n}" for n in range(20, 40)}
    assert len(one) == 20


def test_a_deleted_ticket_is_gone_at_once_also_when_it_came_in_the_same_reading() -> None:
    one, made = matrix(-1.0), vectors(3)
    one.update(entries(made[:2]))
    one.update([*entries(made[2:], start=2), Embedded("t2", b"", 1_000), Embedded("t0", b"", 1_000)])
    (found,) = one.nearest(made[:1])
    assert [neighbour.ticket_id for neighbour in found] == ["t1"]


def test_of_very_many_the_most_similar_are_returned() -> None:
    one, made = matrix(0.1), vectors(3 * MAX_NEIGHBOURS, spread=0.3)
    one.update(entries(made))
    (found,) = one.nearest(made[:1])
    assert len(found) == MAX_NEIGHBOURS
    assert found[0].ticket_id == "t0"
    assert [n.similarity for n in found] == sorted((n.similarity for n in found), reverse=True)


def test_another_model_begins_anew() -> None:
    one = matrix(-1.0)
    one.update(entries(vectors(5)))
    one.update([Embedded("new", bytes([127] * 16), 1_000)])
    assert one.nearest([bytes([127] * 32)]) == [[]]
    assert len(one) == 1


def test_what_comes_under_the_id_of_a_deleted_ticket_is_there_also_in_the_same_reading() -> None:
    one, made = matrix(0.99), vectors(3)
    one.update([*entries(made[:2]), Embedded("t1", b"", 1_000), Embedded("t1", made[2], 1_000)])
    assert [[neighbour.ticket_id for neighbour in found] for found in one.nearest(made)] == [["t0"], [], ["t1"]]
    one.update([Embedded("t0", b"", 1_000), Embedded("t0", made[1], 1_000)])
    assert [[neighbour.ticket_id for neighbour in found] for found in one.nearest(made)] == [[], ["t0"], ["t1"]]


def test_the_matrix_grows_no_further_than_it_may() -> None:
    one, made = MatrixNeighbours(similarity=-1.0, window_s=WINDOW_S, kept=100), vectors(400)
    for start in range(0, 400, 20):
        one.update(entries(made[start : start + 20], start=start))
        assert len(one) <= 120
    (found,) = one.nearest(made[-1:])
    assert found[0].ticket_id == "t399"
