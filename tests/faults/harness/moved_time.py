"""The machine's time, moved ahead: for processes that really run, and a Redis that follows.

Nothing stands still, as in virtual time, but hours in which nothing happens are jumped over. The Redis of a test is
started with `environment`: a few lines of C, compiled here, move its wall clock by the same amount.
"""

from __future__ import annotations

import mmap
import struct
import subprocess
import time
from pathlib import Path

_SOURCE = Path(__file__).with_name("moved_clock.c")
_SIZE = struct.calcsize("q")


class MovedTime:
    """A Clock that processes forked from this one share.

    Args:
        folder: For the file that holds by how much time is moved, and for what is compiled.
    """

    def __init__(self, folder: Path) -> None:
        self._path, self._library = folder / "moved", folder / "moved_clock.so"
        self._path.write_bytes(struct.pack("q", 0))
        with self._path.open("r+b") as file:
            self._page = mmap.mmap(file.fileno(), _SIZE)
        subprocess.run(
            ["cc", "-O2", "-shared", "-fPIC", "-o", self._library, _SOURCE, "-ldl"], check=True, capture_output=True
        )

    @property
    def environment(self) -> dict[str, str]:
        """Return what a process needs in its environment to follow."""
        return {"LD_PRELOAD": str(self._library), "MOVED_CLOCK_FILE": str(self._path)}

    @property
    def moved_ms(self) -> float:
        """Return by how much time is moved."""
        us: int = struct.unpack_from("q", self._page)[0]
        return us / 1_000

    def jump(self, ms: float) -> None:
        """Move time ahead."""
        struct.pack_into("q", self._page, 0, round((self.moved_ms + ms) * 1_000))

    def now_ms(self) -> int:
        """Return Unix time in milliseconds."""
        return time.time_ns() // 1_000_000 + int(self.moved_ms)

    def monotonic_ms(self) -> float:
        """Return milliseconds that never go back."""
        return time.perf_counter_ns() / 1_000_000 + self.moved_ms
