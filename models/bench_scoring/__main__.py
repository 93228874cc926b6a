"""`python -m models.bench_scoring [--quick] [--json FILE]`: see the package."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from models.bench_scoring import kernels
from models.bench_scoring.footprint import ROOT, SCORER_PACKAGES, build_image_folder, bytes_of, installed_bytes
from models.bench_scoring.measure import OtherWork, Sample, Tell, first_scores_ms, run_rounds
from models.bench_scoring.plan import ONE, QUEUE_10, Plan, full_plan, quick_plan
from models.bench_scoring.report import Costs, Kernels, Report, cost_table, notes, speed_table
from models.bench_scoring.sides import THREE_LABELS, Sides
from models.bench_scoring.workload import read_lengths
from models.bundle import ARTIFACTS, read_manifest

WORK_DIR = ROOT / ".models"  # not /tmp, which may be memory: the classic weights are 1.9 GB

WIDTH = 150  # of a table that goes into a file


def main() -> None:
    """Measure, print the tables, and write the JSON if asked."""
    parser = argparse.ArgumentParser(prog="make bench-scoring", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and samples: two minutes instead of ten")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every single figure there")
    options = parser.parse_args()
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    WORK_DIR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORK_DIR) as folder, _progress(console) as tell:
        report = measure(quick_plan() if options.quick else full_plan(), Path(folder), tell)
    console.print(speed_table(report), cost_table(report), *notes(report), sep="\n")
    if options.json:
        options.json.write_text(json.dumps(report.as_json(), indent=1) + "\n", encoding="utf-8")


def measure(plan: Plan, folder: Path, tell: Tell) -> Report:
    """Build what both sides need in a folder and run the plan."""
    sides = Sides(folder / "image", folder / "checkpoints")
    tell("building the worker's folder")
    build_image_folder(sides.image)
    tell("building the classic models")
    sides.write_checkpoints()
    other_work = OtherWork()
    native, three_labels, memory = _native(plan, sides, tell)
    masked, hidden = _masked(plan, sides, folder, tell)
    first = first_scores_ms(
        [
            ("scorer", sides.ours, plan.starts),
            ("worker", sides.worker, plan.starts),
            ("classic", sides.classic, plan.classic_starts),
        ],
        tell,
    )
    return Report(
        host=_host(),
        other_work=other_work.share(),
        kernels=[native, *masked],
        hidden=hidden,
        three_labels=three_labels,
        tokens_a_ticket=_tokens_a_ticket(),
        costs=_costs(sides, memory, first),
    )


def _native(plan: Plan, sides: Sides, tell: Tell) -> tuple[Kernels, Sample | None, dict[str, int]]:
    """Measure the CPU as it is; also return peak memory by process."""
    measured, memory = _kernels(kernels.NATIVE, plan, sides, tell)
    cases = {case.name: case for case in plan.cases}
    tell("the worker's memory")
    with closing(sides.worker()) as worker:
        worker.time_ms(cases[QUEUE_10].ours)
        memory["worker"] = worker.peak_rss_bytes
    three = None
    if plan.three_labels:
        tell("classic with three labels")
        batches = cases[ONE].classic
        with closing(sides.classic(THREE_LABELS)) as classic:
            three = Sample(len(batches), [classic.time_ms(batches)])
    return measured, three, memory


def _masked(plan: Plan, sides: Sides, folder: Path, tell: Tell) -> tuple[list[Kernels], str]:
    """Measure a few cases again with newer instructions hidden; say what was hidden."""
    newer = ", ".join(kernels.newer_than_avx2(kernels.cpu_flags()))
    if not newer:
        return [], "This CPU has no AVX512, AVX-VNNI or AMX to hide."
    library = kernels.build_mask(folder)
    if library is None:
        return [], f"This CPU has {newer}; it cannot be hidden here."
    few = Plan([case for case in plan.cases if case.name in plan.masked], 1, 0, 0, three_labels=False)
    hidden = Sides(sides.image, sides.checkpoints, library)
    return [_kernels(kernels.AVX2, few, hidden, tell)[0]], f"{kernels.AVX2}: {newer} hidden."


def _kernels(name: str, plan: Plan, sides: Sides, tell: Tell) -> tuple[Kernels, dict[str, int]]:
    tell(f"int8 peak, {name}")
    peak = sides.peak()
    with ExitStack() as stack:
        tell(f"loading both sides, {name}")
        ours, classic = stack.enter_context(closing(sides.ours())), stack.enter_context(closing(sides.classic()))
        mine, theirs = run_rounds(plan.cases, plan.rounds, ours, classic, tell)
        memory = {"scorer": ours.peak_rss_bytes, "classic": classic.peak_rss_bytes}
    return Kernels(name, mine, theirs, peak["peak_gops"], peak["ops_per_token"]), memory


def _costs(sides: Sides, memory: dict[str, int], first: dict[str, list[float]]) -> list[Costs]:
    site_packages = next((ROOT / ".venv-models" / "lib").glob("python3*/site-packages"))
    packages = {
        "scorer": bytes_of(*(sides.image / name for name in SCORER_PACKAGES)),
        "worker": bytes_of(sides.image),
        "classic": installed_bytes(site_packages, ["torch", "transformers"]),
    }
    ours = bytes_of(*(ARTIFACTS / name for name in read_manifest()["files"]))
    weights = {"scorer": ours, "worker": ours, "classic": bytes_of(sides.checkpoints)}
    titles = {"scorer": "our scorer", "worker": "the whole worker", "classic": "classic"}
    return [Costs(title, memory[key], first[key], packages[key], weights[key]) for key, title in titles.items()]


def _tokens_a_ticket() -> float:
    most = int(read_manifest()["max_tokens"])
    read = [min(length, most) for length in read_lengths()]
    return sum(read) / len(read)


def _host() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        lines = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return f"{lines[0]} ({len(lines)} cores), Python {platform.python_version()}, onnxruntime {version('onnxruntime')}"


@contextmanager
def _progress(console: Console) -> Iterator[Tell]:
    """Show what is being measured, and for how long it has been going on."""
    with Progress(SpinnerColumn(), TimeElapsedColumn(), TextColumn("{task.description}"), console=console) as progress:
        task = progress.add_task("")
        yield lambda what: progress.update(task, description=what) if console.is_terminal else console.print(what)


if __name__ == "__main__":
    main()
