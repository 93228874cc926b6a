"""`python -m tests.faults [SUITE ...]`: attack the router, and write down what held."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from tests.faults.report import REPORT, figures_in_words, write
from tests.faults.suite import Result, Suite
from tests.faults.suites import SUITES

INTERRUPT_S = 10  # a suite has a whole stack to stop
BY_NAME = {suite.name: suite for suite in SUITES}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a suite ended."""

    suite: Suite
    seconds: float
    result: Result


def main(
    suites: Annotated[list[str] | None, typer.Argument(help="Which; without any, all.")] = None,
    seed: Annotated[int, typer.Option(help="Of all chance: the same seed, the same run.")] = 1,
    scale: Annotated[float, typer.Option(min=0.0001, max=100, help="1 is the full size; 0.01 is quick.")] = 1.0,
    jobs: Annotated[int, typer.Option(min=1, help="Suites side by side.")] = 2,
    write_report: Annotated[bool, typer.Option("--write", help="Write what they found into the report.")] = False,
) -> None:
    """Attack the router with faults; exit 1 if something did not hold."""
    if unknown := set(suites or ()) - BY_NAME.keys():
        raise typer.BadParameter(f"there is no suite {', '.join(sorted(unknown))}; there are {', '.join(BY_NAME)}")
    chosen = [suite for suite in SUITES if not suites or suite.name in suites]
    if write_report and scale < 1.0:
        raise typer.BadParameter("--write is for the full size")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: else suites would outlive this process
    began = time.monotonic()
    ended = _run_all(chosen, seed, scale, jobs)
    seconds = time.monotonic() - began
    print(f"\n{len(ended)} suites in {seconds:.0f} s, seed {seed}")
    broken = [(each.suite.name, sentence) for each in ended for sentence in each.result.broken]
    for name, sentence in broken:
        print(f"BROKEN {name}: {sentence}")
        print(f"  again: python -m tests.faults {name} --seed {seed} --scale {scale:g}")
    if write_report:
        ran = {"date": datetime.now(UTC).date().isoformat(), "seed": seed, "cpus": os.cpu_count()}
        write({each.suite.name: ({**ran, "seconds": round(each.seconds)}, each.result) for each in ended})
        print(f"written: {REPORT}")
    sys.exit(bool(broken))


def _run_all(suites: Sequence[Suite], seed: int, scale: float, jobs: int) -> list[Ended]:
    """Run each in a process of its own; return how they ended, in the order of the suites."""
    quiet = len(suites) > 1
    with TemporaryDirectory(prefix="faults-") as folder, ThreadPoolExecutor(jobs) as pool:
        running: list[subprocess.Popen[bytes]] = []
        waiting = {pool.submit(_run, suite, seed, scale, Path(folder), quiet, running): suite for suite in suites}
        try:
            ended = []
            for future in as_completed(waiting):
                each = future.result()
                ended.append(each)
                mark = "✗" if each.result.broken else "✓"
                words = figures_in_words(each.suite, each.result.figures)
                print(f"{mark} {each.suite.name:<13} {each.seconds:6.1f} s  {words}", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            _interrupt(running)
            raise
    return sorted(ended, key=lambda each: SUITES.index(each.suite))


def _run(
    suite: Suite, seed: int, scale: float, folder: Path, quiet: bool, running: list[subprocess.Popen[bytes]]
) -> Ended:
    out, log = folder / f"{suite.name}.json", folder / f"{suite.name}.log"
    command = [sys.executable, "-m", "tests.faults.one", suite.name, str(seed), str(scale), str(out)]
    began = time.monotonic()
    with log.open("wb") as sink:
        # A group of its own, so that nothing that a suite has started outlives it.
        process = subprocess.Popen(
            command, stdout=sink if quiet else None, stderr=sink if quiet else None, start_new_session=True
        )
        running.append(process)
        try:
            process.wait(suite.limit_s * max(scale, 0.1))
            failure = f"it ended with {process.returncode}" if process.returncode else ""
        except subprocess.TimeoutExpired:
            failure = f"it hung: still at work after {suite.limit_s * max(scale, 0.1):.0f} s"
        finally:
            _end(process)
    if failure or not out.exists():
        said = log.read_text(errors="replace")[-4_000:]
        result = Result({}, [f"seed {seed}: {failure or 'no result'}\n{said}"])
    else:
        result = Result(**json.loads(out.read_text()))
    return Ended(suite, time.monotonic() - began, result)


def _interrupt(running: Sequence[subprocess.Popen[bytes]]) -> None:
    """Let suites stop what they have started and remove their folders; end those that take longer."""
    for process in running:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    until = time.monotonic() + INTERRUPT_S
    for process in running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, until - time.monotonic()))
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    typer.run(main)
