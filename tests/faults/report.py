"""What the last full run found: docs/fault-report.json, its table in docs/guarantees.md, and README's few lines."""

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
README = ROOT / "README.md"
# What a newcomer wants to know: is anything lost, what if Redis is away, what if the input is nonsense?
HEADLINES = ("soak", "model_check", "redis", "outage", "fuzz", "schemathesis")


def figures_in_words(suite: Suite, figures: Mapping[str, Any]) -> str:
    """Return the figures that a table shows of a suite."""
    return ", ".join(f"{name.replace('_', ' ')} {_number(figures[name])}" for name in suite.shows if name in figures)


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def write(results: Mapping[str, tuple[Mapping[str, Any], Result]]) -> None:
    """Write the report and its tables; what did not run now stays as it was.

    Args:
        results: Of each suite when and how it ran, and what it found.
    """
    known = json.loads(REPORT.read_text(encoding="utf-8")) if REPORT.exists() else {}
    found = {
        name: {**result.figures, "ran": ran, **({"broken": result.broken} if result.broken else {})}
        for name, (ran, result) in results.items()
    }
    report = {suite.name: entry for suite in SUITES if (entry := found.get(suite.name, known.get(suite.name)))}
    REPORT.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    write_section("faults", "make faults", section(report), GUARANTEES)
    write_section("faults", "make faults", headlines(report), README)


def section(report: Mapping[str, Any]) -> str:
    """Return the table of a report in Markdown."""
    of = _those_in(report)
    rows = [(f"`{suite.name}`", suite.attacks, _found(suite, report), _took(report[suite.name])) for suite in of]
    head = f"Each suite's last run in full size, {_when(report)}. All figures: [fault-report.json](fault-report.json)."
    return f"{head}\n\n{table(['suite', 'attack', 'found', 'took'], rows)}"


def headlines(report: Mapping[str, Any]) -> str:
    """Return the lines of a report that README shows, in Markdown."""
    rows = [(suite.attacks, _found(suite, report)) for suite in _those_in(report) if suite.name in HEADLINES]
    return table(["attack", f"found ({_when(report)})"], rows)


def _those_in(report: Mapping[str, Any]) -> list[Suite]:
    return [suite for suite in SUITES if suite.name in report]


def _when(report: Mapping[str, Any]) -> str:
    dates, cpus = ({entry["ran"][name] for entry in report.values()} for name in ("date", "cpus"))
    return f"{' to '.join(sorted({min(dates), max(dates)}))}, on {max(cpus)} processors"


def _took(figures: Mapping[str, Any]) -> str:
    return f"{figures['ran']['seconds']} s"


def _found(suite: Suite, report: Mapping[str, Any]) -> str:
    figures = report[suite.name]
    broken = figures.get("broken")
    return figures_in_words(suite, figures) + (f" **{len(broken)} did not hold**" if broken else "")
