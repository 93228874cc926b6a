"""What is scored: the same kinds of batches for both sides, as many as each can do in the time.

Ours reads the whole queue of 512 committed lengths. The classic side takes seconds a ticket, so it gets a stratified
sample of the same lengths: the middle one of each n-th of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.bench_scoring.workload import in_batches, read_lengths, shuffled, stratified, texts_of

SIXTY = "one ticket of 60 tokens"
ONE = "one ticket, mixed lengths"
EIGHT = "batch of 8"
THIRTY_TWO = "batch of 32"
QUEUE_10 = "queue, batches of 10"
QUEUE_32 = "queue, batches of 32"
Batches = list[list[str]]


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table.

    Attributes:
        name: What is measured.
        ours: Batches of one round.
        classic: The same for the other side; empty: its tickets one by one are what it is compared with.
        classic_rounds: In how many rounds the classic side takes part.
    """

    name: str
    ours: Batches
    classic: Batches
    classic_rounds: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured.

    Attributes:
        cases: In this order, in every round.
        masked: Names of the cases that are measured again with instructions hidden.
        rounds: How often; the sides take turns.
        starts: How many fresh processes of ours are timed until their first score.
        classic_starts: The same for the classic side.
        three_labels: Whether the classic side also runs with three labels instead of our four.
    """

    cases: list[Case]
    rounds: int
    starts: int
    classic_starts: int
    three_labels: bool
    masked: tuple[str, ...] = (SIXTY, ONE, QUEUE_10)


def full_plan() -> Plan:
    """Plan for up to ten minutes."""
    return Plan(_cases(singles=128, sample=12, rounds=3, thirty_twos=1), 3, 5, 5, three_labels=True)


def quick_plan() -> Plan:
    """Plan for up to two minutes."""
    return Plan(_cases(singles=64, sample=5, rounds=1, thirty_twos=0), 1, 3, 1, three_labels=False)


def _cases(*, singles: int, sample: int, rounds: int, thirty_twos: int) -> list[Case]:
    lengths = read_lengths()
    queue = texts_of(shuffled(lengths, seed=1), seed=1)

    def sampled(n: int) -> list[str]:
        return texts_of(shuffled(stratified(lengths, n), seed=2), seed=2)

    return [
        Case(SIXTY, in_batches(texts_of([60] * singles, seed=3), 1), in_batches(texts_of([60], seed=3), 1), rounds),
        Case(ONE, in_batches(queue[:singles], 1), in_batches(sampled(sample), 1), rounds),
        Case(EIGHT, in_batches(queue[:128], 8), [sampled(8)], rounds),
        Case(THIRTY_TWO, in_batches(queue[:128], 32), [sampled(32)][:thirty_twos], thirty_twos),
        Case(QUEUE_10, in_batches(queue, 10), [], 0),
        Case(QUEUE_32, in_batches(queue, 32), [], 0),
    ]
