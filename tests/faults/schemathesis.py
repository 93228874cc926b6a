"""The OpenAPI document against the running local stack: schemathesis, all its checks, right and wrong data, links.

Settings and the few exclusions, each with its reason, stand in `harness/schemathesis.toml` and
`harness/schemathesis_rules.py`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from local.openapi import DOCUMENT
from tests.faults.harness.schemathesis_rules import EXCLUDED
from tests.faults.suite import Result

ROOT = Path(__file__).parents[2]
HARNESS = Path(__file__).with_name("harness")
EXAMPLES = 1_000  # an operation, at most: one without parameters has fewer
START_S = 120
# The limits are for other clients than one that tries all that it can.
OVERRIDES = ["RateLimitPerMinute=100000000", "ThrottleRate=100000", "ThrottleBurst=100000"]


@contextmanager
def local_stack(folder: Path) -> Iterator[dict[str, Any]]:
    """Run `python -m local run` on free ports; gives what its stack.json says."""
    command = [sys.executable, "-m", "local", "run", "--state-dir", str(folder), "--port", "0"]
    with (folder / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--parameter-overrides", *OVERRIDES], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        give_up_at = time.monotonic() + START_S
        while not (folder / "stack.json").exists():
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"the local stack did not start:\n{(folder / 'run.log').read_text()[-2_000:]}")
            time.sleep(0.1)
        yield json.loads((folder / "stack.json").read_text(encoding="utf-8"))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def run(seed: int, scale: float) -> Result:
    """Run it with 1,000 examples an operation."""
    with TemporaryDirectory(prefix="schemathesis-") as name:
        folder = Path(name)
        (folder / "stack").mkdir()
        with local_stack(folder / "stack") as stack:
            began = time.monotonic()
            status, said = _attack(stack, folder, seed, max(1, round(EXAMPLES * scale)))
            seconds = time.monotonic() - began
        report = (
            json.loads((folder / "report.json").read_text(encoding="utf-8"))
            if (folder / "report.json").exists()
            else {}
        )
        excluded = (
            Counter((folder / "excluded").read_text().splitlines()) if (folder / "excluded").exists() else Counter()
        )
    return _result(status, said, report, excluded, seconds)


def _attack(stack: dict[str, Any], folder: Path, seed: int, examples: int) -> tuple[int, str]:
    """Run the command; return its exit status and what it printed."""
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": str(HARNESS / "schemathesis_rules.py"),
        EXCLUDED: str(folder / "excluded"),
    }
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(HARNESS / "schemathesis.toml"),
        "run", str(DOCUMENT), "--url", stack["api_url"], "--header", f"Authorization: Bearer {stack['api_key']}",
        "--checks", "all", "--mode", "all", "--max-examples", str(examples), "--seed", str(seed), "--workers", "2",
        "--continue-on-failure", "--no-color", "--generation-database", "none", "--report-json-path",
        str(folder / "report.json"),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    print(done.stdout[-20_000:], done.stderr[-4_000:])
    return done.returncode, done.stdout


def _result(status: int, said: str, report: dict[str, Any], excluded: Counter[str], seconds: float) -> Result:
    """Sum up; a run that did not come to its end held nothing."""
    if not report or not report["complete"]:
        return Result({"status": status}, [f"schemathesis did not finish ({status}): {said[-2_000:]}"])
    failures = [f"{it['title']}: {it['count']}, in {', '.join(it['operations'])}" for it in report["failures"]]
    errors = [f"{it['title']}: {it['count']}" for it in report["errors"]]
    broken = failures + errors or ([f"exit status {status}"] if status else [])
    figures = {
        "operations": report["operations"]["tested"],
        "cases": report["test_cases"]["generated"],
        "failures": report["test_cases"]["unique_failures"],
        "excluded": dict(sorted(excluded.items())),
        "phases": {name: it["status"] for name, it in report["phases"].items()},
        "cases_per_s": round(report["test_cases"]["generated"] / seconds),
    }
    return Result(figures, broken)
