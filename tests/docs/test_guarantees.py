"""docs/guarantees.md: each promise names what attacks it, all that is named exists, and figures are the report's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.faults.report import GUARANTEES, REPORT, headlines, section
from tests.faults.suites import SUITES

ROOT = Path(__file__).parents[2]
TEXT = GUARANTEES.read_text()
README = (ROOT / "README.md").read_text()
PROMISES = re.findall(r"^\| (?!promise \||---)([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^ *def (test_\w+)", path.read_text(), re.MULTILINE)
}


@pytest.mark.parametrize(("promise", "attacked_by"), PROMISES)
def test_what_attacks_a_promise_exists(promise: str, attacked_by: str) -> None:
    named = set(re.findall(r"`(\w+)`", attacked_by))

    assert named, promise
    assert named <= TESTS | {suite.name for suite in SUITES}


def test_every_suite_attacks_a_promise() -> None:
    named = {name for _, attacked_by in PROMISES for name in re.findall(r"`(\w+)`", attacked_by)}

    assert {suite.name for suite in SUITES} <= named


def test_every_suite_is_also_run_in_small() -> None:
    for suite in SUITES:
        assert (ROOT / f"tests/faults/test_{suite.name}.py").exists(), suite.name


def test_the_report_has_every_suite_and_nothing_is_broken() -> None:
    report = json.loads(REPORT.read_text())

    assert report.keys() == {suite.name for suite in SUITES}
    assert [name for name, found in report.items() if "broken" in found] == []


def test_the_tables_are_the_reports() -> None:
    report = json.loads(REPORT.read_text())

    assert section(report) in TEXT
    assert headlines(report) in README
