"""`make container-test` where no Docker engine can be started: it says so in capitals, and never by itself passes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder, first on PATH, with a client that reaches no engine and a daemon that ends at once."""
    scripts = {
        "docker": "exit 1",
        "dockerd": "echo the kernel has no overlay; exit 1",
        "setpriv": 'shift 2; exec "$@"',
        "iptables": "echo -P FORWARD ACCEPT",
    }
    for name, script in scripts.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    return tmp_path


def _container_tests(programs: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-c", "tests/container/pytest.ini", "tests/container/test_image.py"]
    env = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=100)


def test_a_daemon_that_ends_skips_all_in_capitals_and_shows_its_log(programs: Path) -> None:
    done = _container_tests(programs)

    assert done.returncode == 0
    assert "CONTAINER TESTS SKIPPED" in done.stdout
    assert "the kernel has no overlay" in done.stdout
    assert "passed" not in done.stdout


def test_anything_else_that_goes_wrong_fails(programs: Path) -> None:
    # Given an engine that answers, and then cannot do anything
    (programs / "docker").write_text(
        '#!/bin/sh\n[ "$1" = info ] && echo 20.10 && exit 0\necho no space left >&2\nexit 1\n'
    )

    done = _container_tests(programs)

    assert done.returncode == 1
    assert "no space left" in done.stdout
    assert "SKIPPED" not in done.stdout
