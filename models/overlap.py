"""How alike our tickets are: shared runs of words, and nearest neighbours among the vectors. numpy only."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
RUN = 5  # words; shorter runs are idiom ("since the update this morning"), not copying
ROWS = 512  # vectors compared at once: bounds the memory to some 10 MB at 6,000 tickets
_WORD = re.compile(r"\w+(?:['’]\w+)*")


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return _WORD.findall(text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of five words in a text."""
    tokens = words(text)
    return {tuple(tokens[start : start + RUN]) for start in range(len(tokens) - RUN + 1)}


def owners(texts: Sequence[str], groups: Sequence[str]) -> Mapping[tuple[str, ...], set[str]]:
    """In which groups each run of words occurs."""
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for text, group in zip(texts, groups, strict=True):
        for run in runs(text):
            found[run].add(group)
    return found


def shares_a_run(texts: Sequence[str], groups: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each text has a run of five words in common with a text of another group, [n]."""
    owned = owners(texts, groups)
    return np.asarray([any(len(owned[run]) > 1 for run in runs(text)) for text in texts], dtype=np.bool_)


def commonest_runs(texts: Sequence[str], groups: Sequence[str], count: int) -> list[tuple[str, int]]:
    """The runs that occur in the most groups, and in how many: a template would stand out here."""
    owned = Counter({" ".join(run): len(held) for run, held in owners(texts, groups).items()})
    return sorted(owned.items(), key=lambda item: (-item[1], item[0]))[:count]


def nearest_elsewhere(vectors: Floats, groups: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.int_]]:
    """The cosine of each vector's nearest neighbour outside its group, and which it is; unit vectors [n, d]."""
    number = np.unique(np.asarray(groups), return_inverse=True)[1]
    cosine, place = np.empty(len(vectors), dtype=np.float32), np.empty(len(vectors), dtype=np.int_)
    for start in range(0, len(vectors), ROWS):
        rows = slice(start, start + ROWS)
        similarity = vectors[rows] @ vectors.T
        similarity[number[rows, None] == number] = -1.0
        place[rows], cosine[rows] = similarity.argmax(axis=1), similarity.max(axis=1)
    return cosine, place
