"""The scoring benchmark: its texts have the lengths it says, its arithmetic is right, its children answer."""

from __future__ import annotations

import io
import statistics
import sys
from pathlib import Path

import pytest
from rich.console import Console
from tokenizers import Tokenizer

from models.bench_scoring import kernels
from models.bench_scoring.child import Child, ChildError
from models.bench_scoring.footprint import installed_bytes
from models.bench_scoring.measure import OtherWork, Sample, first_scores_ms, ratio, run_rounds
from models.bench_scoring.plan import ONE, QUEUE_10, SIXTY, THIRTY_TWO, Case, full_plan, quick_plan
from models.bench_scoring.report import Costs, Kernels, Report, cost_table, notes, speed_table
from models.bench_scoring.workload import in_batches, read_lengths, shuffled, stratified, texts_of
from models.bundle import ARTIFACTS

ROOT = Path(__file__).parents[2]
SERVE = "from models.bench_scoring.child import serve; serve({})"


def start(score: str = "len") -> Child:
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'core'}"}
    return Child([sys.executable, "-c", SERVE.format(score)], cwd=ROOT, environment=environment)


# --- what is scored --------------------------------------------------------------------------------------------------


def test_texts_have_exactly_the_committed_token_counts() -> None:
    tokenizer = Tokenizer.from_file(str(ARTIFACTS / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    lengths = read_lengths()

    texts = texts_of(lengths, seed=4)

    assert [len(encoding) for encoding in tokenizer.encode_batch(texts)] == lengths


def test_the_same_seed_gives_the_same_texts() -> None:
    assert texts_of([5, 9], seed=4) == texts_of([5, 9], seed=4) != texts_of([5, 9], seed=5)


def test_a_stratified_sample_stands_for_all() -> None:
    lengths = read_lengths()

    sample = stratified(lengths, 12)

    assert len(sample) == 12
    assert sample == sorted(sample)
    assert statistics.mean(sample) == pytest.approx(statistics.mean(lengths), rel=0.1)


def test_the_queue_is_all_lengths_in_another_order() -> None:
    lengths = read_lengths()
    mixed = shuffled(lengths, seed=1)

    assert mixed != lengths
    assert sorted(mixed) == sorted(lengths)


def test_batches_keep_order_and_lose_nothing() -> None:
    assert in_batches(["a", "b", "c"], 2) == [["a", "b"], ["c"]]


def test_the_quick_plan_does_the_same_with_less_of_the_classic_side() -> None:
    quick, full = quick_plan(), full_plan()

    assert [case.name for case in quick.cases] == [case.name for case in full.cases]
    assert _classic_tickets(quick.cases) * 5 < _classic_tickets(full.cases)
    assert {case.name: len(case.ours) for case in full.cases}[QUEUE_10] == 52


def _classic_tickets(cases: list[Case]) -> int:
    return sum(case.classic_rounds * sum(map(len, case.classic)) for case in cases)


# --- arithmetic ------------------------------------------------------------------------------------------------------


def test_medians_percentiles_and_rates() -> None:
    sample = Sample(tickets=4, rounds_ms=[[100.0, 300.0], [50.0, 150.0], [10.0, 190.0]])

    assert sample.p50_ms == 125.0
    assert sample.p99_ms == 300.0
    assert sample.rates == [10.0, 20.0, 20.0]
    assert sample.rate == 20.0


def test_the_99th_percentile_of_many_leaves_one_in_a_hundred_out() -> None:
    assert Sample(1, [[float(n) for n in range(1, 201)]]).p99_ms == 198.0


def test_the_ratio_is_that_of_rounds_which_both_ran() -> None:
    ours, classic = Sample(10, [[10.0], [20.0], [99.0]]), Sample(1, [[100.0], [400.0]])

    assert ratio(ours, classic) == statistics.median([1000 / 10, 500 / 2.5])


# --- running ---------------------------------------------------------------------------------------------------------


def test_a_child_times_every_batch_and_tells_its_memory() -> None:
    child = start("lambda texts: __import__('time').sleep(0.01 * len(texts))")
    durations_ms = child.time_ms([["a"], ["a", "b", "c"]])
    child.close()

    assert durations_ms[0] >= 10.0
    assert durations_ms[1] >= 30.0
    assert child.first_score_ms > 10.0
    assert 1e6 < child.peak_rss_bytes < 1e9


def test_a_child_that_fails_says_why() -> None:
    with pytest.raises(ChildError, match="ZeroDivisionError"):
        start("lambda texts: 1 / 0")


def test_both_sides_take_turns_as_often_as_the_plan_says() -> None:
    cases = [Case("both", [["a", "b"]], [["c"]], classic_rounds=1), Case("ours", [["d"], ["e"]], [], classic_rounds=0)]
    told: list[str] = []
    ours, classic = start(), start()

    mine, theirs = run_rounds(cases, 2, ours, classic, told.append)
    ours.close()
    classic.close()

    order = [line.split(": ")[1] for line in told]
    assert order == ["both, ours", "both, classic", "ours, ours", "both, ours", "ours, ours"]
    assert {name: [len(each) for each in sample.rounds_ms] for name, sample in mine.items()} == {
        "both": [1, 1],
        "ours": [2, 2],
    }
    assert [len(each) for each in theirs["both"].rounds_ms] == [1]
    assert (mine["both"].tickets, theirs["both"].tickets) == (2, 1)


def test_fresh_processes_are_timed_in_turn() -> None:
    told: list[str] = []

    times = first_scores_ms([("a", start, 2), ("b", start, 1)], told.append)

    assert [line.split(": ")[1] for line in told] == ["a", "b", "a"]
    assert {name: len(each) for name, each in times.items()} == {"a": 2, "b": 1}


def test_other_work_is_a_share() -> None:
    other = OtherWork()
    start().close()

    assert 0.0 <= other.share() <= 1.0


# --- kernels ---------------------------------------------------------------------------------------------------------


def test_what_a_cpu_has_beyond_avx2(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("model name\t: X\nflags\t\t: fpu avx2 avx512f amx_tile\n\nflags\t\t: fpu avx2\n")

    assert kernels.newer_than_avx2(kernels.cpu_flags(cpuinfo)) == ["amx_tile", "avx512f"]
    assert kernels.newer_than_avx2({"fpu", "avx2"}) == []


def test_a_masked_environment_keeps_the_rest(tmp_path: Path) -> None:
    assert kernels.masked({"A": "b"}, tmp_path / "x.so") == {"A": "b", "LD_PRELOAD": str(tmp_path / "x.so")}


# --- disk ------------------------------------------------------------------------------------------------------------


def _install(site: Path, name: str, size: int, requires: str = "") -> None:
    info = site / f"{name}-1.dist-info"
    info.mkdir(parents=True)
    (site / f"{name}.py").write_bytes(b"#" * size)
    (site / f"{name}.pyc").write_bytes(b"#" * 500)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{requires}")
    (info / "RECORD").write_text(f"{name}.py,,\n{name}.pyc,,\n")


def test_packages_count_with_what_they_need_and_nothing_else(tmp_path: Path) -> None:
    _install(
        tmp_path, "big_one", 1_000, "Requires-Dist: Needed>=1; python_version > '3'\nRequires-Dist: x; extra == 'y'\n"
    )
    _install(tmp_path, "needed", 200)
    _install(tmp_path, "x", 30)

    assert installed_bytes(tmp_path, ["big-one"]) == 1_200


# --- the table -------------------------------------------------------------------------------------------------------


@pytest.fixture
def report() -> Report:
    ours = {
        SIXTY: Sample(1, [[5.0]]),
        THIRTY_TWO: Sample(32, [[100.0]]),
        QUEUE_10: Sample(512, [[1_024.0, 1_024.0]]),
    }
    classic = {SIXTY: Sample(1, [[2_000.0]]), ONE: Sample(2, [[1_500.0, 2_500.0]])}
    native = Kernels("native", ours, classic, peak_gops=400.0, ops_per_token=20_000_000)
    return Report(
        host="a machine",
        other_work=0.25,
        kernels=[native],
        hidden="This CPU has none.",
        three_labels=Sample(1, [[800.0]]),
        tokens_a_ticket=40.0,
        costs=[Costs("our scorer", 120_000_000, [180.0, 150.0, 900.0], 90_000_000, 23_000_000)],
    )


def shown(report: Report) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(speed_table(report), cost_table(report), *notes(report), sep="\n")
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def row(report: Report, start: str) -> list[str]:
    (line,) = [line for line in shown(report).splitlines() if start in line]
    return [cell.strip() for cell in line.strip("│ ").split("│")][1:]


def test_a_case_stands_beside_the_same_case_of_the_other_side(report: Report) -> None:
    assert row(report, SIXTY) == ["5.0 / 5.0 (n=1)", "200", "–", "2000 / 2000 (n=1)", "0.50", "400 x"]


def test_a_queue_stands_beside_tickets_one_by_one_and_the_peak(report: Report) -> None:
    # 250 tickets/s of 40 tokens at 20 million operations: 200 of 400 GOPS
    assert row(report, QUEUE_10) == ["1024 / 1024 (n=2)", "250", "50%", "2000 / 2500 (n=2)", "0.50", "500 x"]


def test_memory_start_and_disk(report: Report) -> None:
    assert row(report, "our scorer") == ["120", "180 (n=3)", "90", "23", "113"]


def test_the_notes_tell_host_noise_and_kernels(report: Report) -> None:
    text = shown(report)

    assert "a machine. Other processes took 25% of the CPU meanwhile." in text
    assert "This CPU has none." in text


def test_json_holds_every_duration(report: Report) -> None:
    said = report.as_json()

    assert said["kernels"][0]["ours"][QUEUE_10] == {"tickets": 512, "rounds_ms": [[1_024.0, 1_024.0]]}
