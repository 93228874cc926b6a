"""docs/guarantees.md names its attacks by names that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults.suites import SUITES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/guarantees.md").read_text()
# Suites that are named and not on main yet; a name leaves with the commit that brings its suite.
TO_COME = {"clocks", "model_check", "outage", "poison", "redrive"}
SUITE_NAMES = {suite.name for suite in SUITES}
TEST_NAMES = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)\(", path.read_text(), re.MULTILINE)
}


def promises(text: str) -> dict[str, set[str]]:
    """Return each promise, and what attacks it by name."""
    rows: dict[str, set[str]] = {}
    for table in text.split("| promise | attacked by |\n|---|---|\n")[1:]:
        for line in table.splitlines():
            if not line.startswith("|"):
                break
            promise, attacks = line.strip("| ").split(" | ")
            rows[promise] = set(re.findall(r"`(\w+)`", attacks))
    return rows


PROMISES = promises(TEXT)


def test_the_tables_are_found() -> None:
    assert len(PROMISES) > 25


@pytest.mark.parametrize("promise", PROMISES)
def test_every_promise_is_attacked_by_what_exists(promise: str) -> None:
    assert PROMISES[promise], "nothing attacks it"
    assert PROMISES[promise] <= SUITE_NAMES | TEST_NAMES | TO_COME


def test_every_suite_attacks_a_promise() -> None:
    assert set().union(*PROMISES.values()) >= SUITE_NAMES
