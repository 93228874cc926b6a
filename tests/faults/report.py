"""What the last full run found: docs/fault-report.json, and the table of it in docs/guarantees.md."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.sections import table, write_section
from tests.faults.suite import Result, Suite
from tests.faults.suites import SUITES

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs/fault-report.json"
GUARANTEES = ROOT / "docs/guarantees.md"


def figures_in_words(suite: Suite, figures: Mapping[str, Any]) -> str:
    """Return the figures that a table shows of a suite."""
    return ", ".join(f"{name.replace('_', ' ')} {_number(figures[name])}" for name in suite.shows if name in figures)


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def write(run: Mapping[str, Any], results: Mapping[str, Result]) -> None:
    """Write the report and the table."""
    report: dict[str, Any] = {"run": dict(run)}
    for name, result in results.items():
        report[name] = {**result.figures, **({"broken": result.broken} if result.broken else {})}
    REPORT.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    write_section("faults", "make faults", section(report), GUARANTEES)


def section(report: Mapping[str, Any]) -> str:
    """Return the table of a report in Markdown."""
    run = report["run"]
    rows = [
        (f"`{suite.name}`", suite.attacks, figures_in_words(suite, report[suite.name]) + _held(report[suite.name]))
        for suite in SUITES
        if suite.name in report
    ]
    head = (
        f"The last full run: {run['date']}, seed {run['seed']}, {run['seconds'] / 60:.0f} minutes on {run['cpus']} "
        f"processors. All figures: [fault-report.json](fault-report.json)."
    )
    return f"{head}\n\n{table(['suite', 'attack', 'found'], rows)}"


def _held(figures: Mapping[str, Any]) -> str:
    broken = figures.get("broken")
    return f" **{len(broken)} did not hold**" if broken else ""
