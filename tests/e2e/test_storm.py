"""`python -m local storm` as a user starts it, on a slice of its tickets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(170)]

ROOT = Path(__file__).parents[2]


def test_thirty_tickets_of_a_storm_are_scored_and_none_is_forgotten(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local", "storm", "--json", "--tickets", "30", "--seconds", "3"]

    done = subprocess.run(
        [*command, "--state-dir", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=160
    )

    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert (figures["posted"], figures["scored"], figures["lost"], figures["forgotten"]) == (30, 30, 0, 0)
    assert 0 < figures["messages"] <= 30
    assert not (tmp_path / "stack.json").exists()
