"""Talk to a side of the benchmark that runs in a process of its own: one JSON line each way.

`serve` is the child's half (standard library only: it runs in each side's own environment), `Child` the parent's.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

Score = Callable[[list[str]], object]


class ChildError(RuntimeError):
    """A side of the benchmark ended before its answer; quotes what it wrote to its standard error."""


def peak_rss_bytes() -> int:
    """Return the most memory that this process has held.

    Of this program alone: `getrusage` would count what the parent held when it forked.

    Source: proc(5), VmHWM.
    """
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def serve(score: Score) -> None:
    """Score a first text, say "ready", then answer requests until standard input ends.

    A request is `{"batches": [[text, …], …]}`; its answer `{"ms": [one duration a batch], "peak_rss_bytes": …}`.
    """
    score(["The site is down for all our customers."])
    _answer({"ready": True, "peak_rss_bytes": peak_rss_bytes()})
    for line in sys.stdin:
        durations_ms = []
        for batch in json.loads(line)["batches"]:
            began = time.perf_counter()
            score(batch)
            durations_ms.append((time.perf_counter() - began) * 1000)
        _answer({"ms": durations_ms, "peak_rss_bytes": peak_rss_bytes()})


def _answer(message: Mapping[str, Any]) -> None:
    print(json.dumps(message), flush=True)


class Child:
    """A side of the benchmark in its own process, ready once it has scored its first text.

    Args:
        command: How to start it.
        cwd: Its working folder.
        environment: All of its environment.

    Raises:
        ChildError: It did not come up.
    """

    def __init__(self, command: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> None:
        self._errors: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 (closed by close)
        began = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
        )
        ready = self._read()
        self.first_score_ms = (time.perf_counter() - began) * 1000
        self.peak_rss_bytes: int = ready["peak_rss_bytes"]

    def time_ms(self, batches: Sequence[Sequence[str]]) -> list[float]:
        """Score batches one after the other; return how long each took, in milliseconds."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"batches": batches}) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        self.peak_rss_bytes = answer["peak_rss_bytes"]
        durations_ms: list[float] = answer["ms"]
        return durations_ms

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
        self._errors.close()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.communicate()
            with self._errors:
                self._errors.seek(0)
                raise ChildError(self._errors.read()[-2_000:])
        answer: dict[str, Any] = json.loads(line)
        return answer
