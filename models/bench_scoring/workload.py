"""The texts that both sides score: exactly as long as `models/data/lengths.json` says. Standard library only."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from models.bundle import ARTIFACTS, MODELS_DIR

LENGTHS = MODELS_DIR / "data" / "lengths.json"
SPECIAL_TOKENS = 2  # [CLS] and [SEP] count in the lengths
_WORDS = 2_000
_MIN_LETTERS = 4


def read_lengths(path: Path = LENGTHS) -> list[int]:
    """Return the committed token counts, special tokens included."""
    lengths: list[int] = json.loads(path.read_text(encoding="utf-8"))["lengths"]
    return lengths


def whole_words(tokenizer: Path = ARTIFACTS / "tokenizer.json") -> list[str]:
    """Return words that our tokenizer keeps whole, the most frequent first: n of them are n tokens."""
    vocabulary: dict[str, int] = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
    by_frequency = sorted(vocabulary, key=vocabulary.__getitem__)
    words = [word for word in by_frequency if word.isascii() and word.isalpha() and len(word) >= _MIN_LETTERS]
    return words[:_WORDS]


def texts_of(lengths: Sequence[int], seed: int) -> list[str]:
    """Write one text for each token count.

    Args:
        lengths: Token counts, special tokens included.
        seed: The same seed gives the same texts.
    """
    chance, words = random.Random(seed), whole_words()
    return [" ".join(chance.choices(words, k=max(1, length - SPECIAL_TOKENS))) for length in lengths]


def stratified(lengths: Sequence[int], n: int) -> list[int]:
    """Return n token counts that stand for all: the middle one of each n-th of the sorted counts."""
    ordered = sorted(lengths)
    return [ordered[int((index + 0.5) * len(ordered) / n)] for index in range(n)]


def shuffled(lengths: Sequence[int], seed: int) -> list[int]:
    """Return the token counts in random order."""
    mixed = list(lengths)
    random.Random(seed).shuffle(mixed)
    return mixed


def in_batches(texts: Sequence[str], size: int) -> list[list[str]]:
    """Cut texts into batches in their order; the last one may be shorter."""
    return [list(texts[start : start + size]) for start in range(0, len(texts), size)]
