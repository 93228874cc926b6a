"""Resident memory of every process of the stack, as the kernel counts it."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Pids = Callable[[], Mapping[str, int]]


def rss_mb(pid: int, proc: Path = Path("/proc")) -> float | None:
    """Return a process's resident memory in MB (10^6 bytes), without its children; None if it is gone.

    Source: proc_pid_statm(5)
    """
    try:
        pages = int((proc / str(pid) / "statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processes_of(info: Mapping[str, Any]) -> dict[str, int]:
    """Return the process ids of a running stack by name: `supervisor`, `redis`, `emulator`, `ingest 1`, …"""
    pids = {"supervisor": int(info["pid"])}
    pids |= {name: pid for name, pid in info["pids"].items() if name != "functions"}
    for word, of_word in info["pids"]["functions"].items():
        pids |= {f"{word} {number}": pid for number, pid in enumerate(of_word, 1)}
    return pids


class MemoryWatch:
    """Reads the memory of every process each so many seconds until it is cancelled."""

    def __init__(self, pids: Pids, each_s: float) -> None:
        """Prepare; nothing is read yet."""
        self._pids, self._each_s = pids, each_s
        self.readings: dict[str, list[tuple[float, float]]] = {}  # name -> (seconds from the beginning, MB)

    async def run(self) -> None:
        """Read, first at once."""
        began = time.monotonic()
        while True:
            for name, pid in self._pids().items():
                if (held := rss_mb(pid)) is not None:
                    self.readings.setdefault(name, []).append((round(time.monotonic() - began, 1), round(held, 1)))
            await asyncio.sleep(self._each_s)


def growth_mb(readings: list[tuple[float, float]], *, over_s: float = 600.0) -> float:
    """Return by how much memory grows in ten minutes, in MB: from the median of the second third to that of the last.

    Single readings swing by what a batch or a garbage collection takes, and caches fill in the first third.
    """
    third = len(readings) // 3
    if not third:
        return 0.0
    middle, last = readings[third : 2 * third], readings[-third:]
    at_s = [statistics.median(time_s for time_s, _ in part) for part in (middle, last)]
    held = [statistics.median(mb for _, mb in part) for part in (middle, last)]
    return round((held[1] - held[0]) * over_s / (at_s[1] - at_s[0]), 1)
