"""Judge the segments of `POST /score` on the committed bundle, for the model card: `python -m models.segments_eval`.

Speed: the whole call as the function makes it, on dev tickets of about 60 tokens. Faithfulness: on TICKETS dev tickets,
the weight of each segment against the sum of what S loses without each of its words, left out one by one.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from statistics import mean

import numpy as np
from tokenizers import Tokenizer

from models.bundle import ARTIFACTS, MODELS_DIR
from models.language import by_language
from models.metrics import spearman
from models.sections import table, write_section
from models.tickets import read_rubric
from ticketrouter.adapters.onnx_scorer import OnnxScorer
from ticketrouter.usecases.score import MAX_SEGMENTS, segments, without_each

TICKETS = 50
WORDS = range(20, 61)  # of a ticket that is judged
TOKENS = range(57, 64)  # of a ticket that is timed
TIMED = 20
REPEATS = 7
LIMITS = (5, MAX_SEGMENTS, 24)
SEED = 7


def drops(scorer: OnnxScorer, text: str, pieces: Sequence[str]) -> np.ndarray:
    """What S loses without each piece, [n]."""
    whole, *rest = [score.urgency_score for score in scorer.score([text, *without_each(pieces)])]
    return whole - np.array(rest)


def agreement(scorer: OnnxScorer, text: str, by_word: np.ndarray, limit: int) -> tuple[float | None, bool, bool, float]:
    """Rank correlation with the words' sums, is the first the same, does it hold the first word, its drop."""
    pieces = segments(text, limit)
    ends = np.cumsum([len(piece.split()) for piece in pieces])
    sums = np.array([part.sum() for part in np.split(by_word, ends[:-1])])
    weights = drops(scorer, text, pieces)
    top = int(np.abs(weights).argmax())
    holds = int(np.searchsorted(ends, int(np.abs(by_word).argmax()), side="right")) == top
    return spearman(weights, sums), bool(np.abs(sums).argmax() == top), holds, float(abs(weights[top]))


def faithfulness(scorer: OnnxScorer, texts: Sequence[str]) -> str:
    """Markdown: one row a limit on the number of segments."""
    by_word = [drops(scorer, text, segments(text, len(text))) for text in texts]
    rows = []
    for limit in LIMITS:
        judged = [agreement(scorer, text, words, limit) for text, words in zip(texts, by_word, strict=True)]
        ranks = [rank for rank, *_ in judged if rank is not None]
        chance = mean(1 / len(segments(text, limit)) for text in texts)
        columns = [f"{mean(column):.2f}" for column in list(zip(*judged, strict=True))[1:]]
        rows.append((limit, f"{mean(ranks):.2f}", *columns, f"{chance:.2f}"))
    header = ("segments", "Spearman", "same first", "first word in it", "S loses without it", "chance of a hit")
    return table(header, rows)


def speed(scorer: OnnxScorer, texts: Sequence[str]) -> str:
    """Markdown: milliseconds of a call by the number of segments, 0 being the score alone.

    The quiet figure takes the fastest of REPEATS calls a text, then the median over the texts: what else runs on the
    machine can only add to a time.
    """
    rows = []
    for limit in (0, *LIMITS):
        taken_ms = np.array([[_call_ms(scorer, text, limit) for _ in range(REPEATS)] for text in texts])
        rows.append((limit, f"{np.median(taken_ms):.1f}", f"{np.median(taken_ms.min(axis=1)):.1f}"))
    return table(("segments", "median ms", f"median ms, fastest of {REPEATS} a text"), rows)


def _call_ms(scorer: OnnxScorer, text: str, limit: int) -> float:
    started = time.perf_counter()
    scorer.score([text, *(without_each(segments(text, limit)) if limit else ())])
    return (time.perf_counter() - started) * 1e3


def main() -> None:
    """Print the tables and put them into the model card."""
    scorer = OnnxScorer(MODELS_DIR)
    tokenizer = Tokenizer.from_file(str(ARTIFACTS / "tokenizer.json"))
    tokenizer.no_padding()
    texts = sorted(ticket.text for ticket in by_language(read_rubric()[1])["en"])
    random.Random(SEED).shuffle(texts)
    timed = [text for text in texts if len(tokenizer.encode(text).ids) in TOKENS][:TIMED]
    print(f"{len(timed)} tickets of {TOKENS.start} to {TOKENS.stop - 1} tokens", flush=True)
    times = speed(scorer, timed)
    print(times, flush=True)
    ranked = faithfulness(scorer, [text for text in texts if len(text.split()) in WORDS][:TICKETS])
    print(ranked)
    write_section("segments", "python -m models.segments_eval", f"{times}\n\n{ranked}")


if __name__ == "__main__":
    main()
