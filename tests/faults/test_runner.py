"""The runner of the suites: what Ctrl-C leaves behind, and what it does not take for a size."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from tests.faults.__main__ import _interrupt, main

SUITE = """
import signal, subprocess, sys, tempfile, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # as tests.faults.one does
with tempfile.TemporaryDirectory(dir=sys.argv[1]):
    child = subprocess.Popen(["sleep", "60"])
    try:
        print("at work", flush=True)
        time.sleep(60)
    finally:
        print("stopping", flush=True)
"""


def test_an_interrupted_suite_removes_its_folder_and_nothing_outlives_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUITE, tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    ) as suite:
        assert suite.stdout
        assert suite.stdout.readline() == "at work\n"

        _interrupt([suite])

        # The pipe ends only when the last process that holds it has ended, so also the child.
        assert suite.stdout.read() == "stopping\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("scale", ["0", "-1", "nan"])
def test_what_is_no_size_is_refused(scale: str) -> None:
    app = typer.Typer()
    app.command()(main)

    ended = CliRunner().invoke(app, ["digests", "--scale", scale])

    assert ended.exit_code == 2
    assert "--scale" in ended.output
