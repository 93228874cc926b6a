"""Run a plan: both sides in turn, so that whatever else the machine does hits both."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from models.bench_scoring.child import Child
from models.bench_scoring.plan import Case

Start = Callable[[], Child]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """What one side did in one case.

    Attributes:
        tickets: In one round.
        rounds_ms: Durations of each round's batches, in milliseconds.
    """

    tickets: int
    rounds_ms: list[list[float]] = field(default_factory=list)

    @property
    def durations_ms(self) -> list[float]:
        """Return the durations of all batches, shortest first."""
        return sorted(duration for round_ms in self.rounds_ms for duration in round_ms)

    @property
    def p50_ms(self) -> float:
        """Return the median time of a batch."""
        return statistics.median(self.durations_ms)

    @property
    def p99_ms(self) -> float:
        """Return the time that 99 % of the batches do not exceed; of fewer than 100 it is the longest."""
        durations = self.durations_ms
        return durations[max(0, -(-len(durations) * 99 // 100) - 1)]

    @property
    def rates(self) -> list[float]:
        """Return tickets a second in each round."""
        return [self.tickets / sum(round_ms) * 1000 for round_ms in self.rounds_ms]

    @property
    def rate(self) -> float:
        """Return tickets a second, the median of the rounds."""
        return statistics.median(self.rates)


Samples = dict[str, Sample]


def ratio(ours: Sample, classic: Sample) -> float:
    """Return how many times as many tickets a second ours scores: the median over rounds that both ran."""
    return statistics.median(a / b for a, b in zip(ours.rates, classic.rates, strict=False))


def run_rounds(cases: Sequence[Case], rounds: int, ours: Child, classic: Child, tell: Tell) -> tuple[Samples, Samples]:
    """Measure every case in every round, ours first, then the classic side."""
    mine = {case.name: Sample(sum(map(len, case.ours))) for case in cases}
    theirs = {case.name: Sample(sum(map(len, case.classic))) for case in cases if case.classic}
    for number in range(rounds):
        for case in cases:
            tell(f"round {number + 1} of {rounds}: {case.name}, ours")
            mine[case.name].rounds_ms.append(ours.time_ms(case.ours))
            if case.classic and number < case.classic_rounds:
                tell(f"round {number + 1} of {rounds}: {case.name}, classic")
                theirs[case.name].rounds_ms.append(classic.time_ms(case.classic))
    return mine, theirs


def first_scores_ms(starts: Sequence[tuple[str, Start, int]], tell: Tell) -> dict[str, list[float]]:
    """Time fresh processes from their spawn to their first score, in turn.

    Args:
        starts: Name, how to start one, how many.
        tell: Is told what happens.
    """
    times: dict[str, list[float]] = {name: [] for name, _, _ in starts}
    for number in range(max(count for _, _, count in starts)):
        for name, start, count in starts:
            if number < count:
                tell(f"start {number + 1} of {count}: {name}")
                child = start()
                child.close()
                times[name].append(child.first_score_ms)
    return times


class OtherWork:
    """What else the machine does from now on."""

    def __init__(self) -> None:
        self._machine_s, self._own_s = _machine_cpu_s(), _own_cpu_s()

    def share(self) -> float:
        """Return which share of all cores other processes took since; children count once they have ended."""
        busy, all_ = (now - then for now, then in zip(_machine_cpu_s(), self._machine_s, strict=True))
        return max(0.0, (busy - (_own_cpu_s() - self._own_s)) / all_) if all_ else 0.0


def _machine_cpu_s() -> tuple[float, float]:
    """Return CPU seconds in use (those that a hypervisor gave away included) and in all.

    Source: proc(5), /proc/stat: user nice system idle iowait irq softirq steal.
    """
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    hertz = os.sysconf("SC_CLK_TCK")
    return (sum(ticks) - ticks[3] - ticks[4]) / hertz, sum(ticks) / hertz


def _own_cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
