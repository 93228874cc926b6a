"""The figures of a run, as a table for people and as JSON for programs."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from models.bench_scoring.measure import Sample, Samples, ratio
from models.bench_scoring.plan import ONE

NONE = "–"


@dataclass(frozen=True, slots=True)
class Kernels:
    """What one choice of kernels gave: samples of both sides, the int8 peak in 10^9 operations a second."""

    name: str
    ours: Samples
    classic: Samples
    peak_gops: float
    ops_per_token: int

    def compared(self, case: str) -> Sample | None:
        """Return what a case of ours is compared with: the classic side's, or its tickets one by one."""
        sample = self.classic.get(case, self.classic.get(ONE))
        return sample if sample and sample.rounds_ms else None


@dataclass(frozen=True, slots=True)
class Costs:
    """Memory, start and disk of one process."""

    name: str
    peak_rss_bytes: int
    first_scores_ms: list[float]
    package_bytes: int
    weight_bytes: int


@dataclass(frozen=True, slots=True)
class Report:
    """One run.

    Attributes:
        host: The machine and the versions.
        other_work: Which share of the cores other processes took meanwhile.
        kernels: The CPU as it is, then with instructions hidden, if it has any to hide.
        hidden: What was hidden, or why nothing was.
        three_labels: The classic side with three labels, if measured.
        tokens_a_ticket: Mean of what our side reads of the queue's texts.
        costs: Of each kind of process.
    """

    host: str
    other_work: float
    kernels: list[Kernels]
    hidden: str
    three_labels: Sample | None
    tokens_a_ticket: float
    costs: list[Costs]

    def as_json(self) -> dict[str, Any]:
        """Return everything that was measured, each single duration included."""
        return asdict(self)


def speed_table(report: Report) -> Table:
    """Show the rows of every case: latency and tickets a second of both sides, and their ratio."""
    table = Table(title="Speed", title_justify="left")
    table.add_column("what")
    for name in ("ours p50 / p99 ms", "tickets/s", "of int8 peak", "classic p50 / p99 ms", "tickets/s", "ours is"):
        table.add_column(name, justify="right")
    for kernels in report.kernels:
        table.add_section()
        for case, sample in kernels.ours.items():
            table.add_row(f"{case} ({kernels.name})", *_ours(sample, kernels, report), *_theirs(sample, kernels, case))
    if report.three_labels:
        sample = report.three_labels
        three = [_times(sample), f"{sample.rate:.2f}", NONE]
        table.add_row("classic with three labels, one by one", NONE, NONE, NONE, *three)
    return table


def _ours(sample: Sample, kernels: Kernels, report: Report) -> list[str]:
    reached = sample.rate * report.tokens_a_ticket * kernels.ops_per_token / 1e9 / kernels.peak_gops
    queue = len(sample.durations_ms) > 0 and sample.tickets >= 512
    return [_times(sample), f"{sample.rate:.0f}", f"{reached:.0%}" if queue else NONE]


def _theirs(ours: Sample, kernels: Kernels, case: str) -> list[str]:
    classic = kernels.compared(case)
    if classic is None:
        return [NONE, NONE, NONE]
    return [_times(classic), f"{classic.rate:.2f}", f"{ratio(ours, classic):.0f} x"]


def _times(sample: Sample) -> str:
    digits = 0 if sample.p50_ms >= 100 else 1
    return f"{sample.p50_ms:.{digits}f} / {sample.p99_ms:.{digits}f} (n={len(sample.durations_ms)})"


def cost_table(report: Report) -> Table:
    """Show memory, start and disk of each kind of process."""
    table = Table(title="Memory, start and disk", title_justify="left")
    table.add_column("process")
    for name in ("peak RSS MB", "spawn to first score ms", "packages MB", "weights MB", "both MB"):
        table.add_column(name, justify="right")
    for costs in report.costs:
        first = f"{statistics.median(costs.first_scores_ms):.0f} (n={len(costs.first_scores_ms)})"
        sizes = (costs.package_bytes, costs.weight_bytes, costs.package_bytes + costs.weight_bytes)
        table.add_row(costs.name, f"{costs.peak_rss_bytes / 1e6:.0f}", first, *(f"{size / 1e6:.0f}" for size in sizes))
    return table


def notes(report: Report) -> list[str]:
    """Say on what, how, and what the figures do not say."""
    peaks = ", ".join(f"{kernels.peak_gops:.0f} GOPS {kernels.name}" for kernels in report.kernels)
    return [
        f"{report.host}. Other processes took {report.other_work:.0%} of the CPU meanwhile.",
        f"Peak of int8 matrix products, best shape on all cores: {peaks}. {report.hidden}",
        "Medians over rounds in which the two sides take turns. p99 of fewer than 100 is the longest.",
        "Classic: BART-large zero-shot with our four labels + DistilBERT sentiment, PyTorch fp32, one ticket at a time "
        "as the prior systems call it; a stratified sample of the queue's lengths, since it takes seconds a ticket.",
        f"Ours reads at most the first 128 tokens ({report.tokens_a_ticket:.1f} of a ticket on average), classic all.",
    ]
