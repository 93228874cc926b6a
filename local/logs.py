"""What the processes write: a file each under .local/logs/, the terminal if asked; EMF lines also go to CloudWatch."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from local.process import Output

_EMF_MARK = b'"_aws"'
_MAX_HELD_BYTES = 1024 * 1024


class Logs:
    """Receives the output of every process."""

    def __init__(
        self,
        folder: Path,
        *,
        on_metrics_line: Callable[[bytes], None] = lambda line: None,
        on_line: Callable[[str, bytes], None] | None = None,
    ) -> None:
        """Prepare.

        Args:
            folder: Where the files go; those of the last run are replaced.
            on_metrics_line: Gets each line in CloudWatch's embedded metric format.
            on_line: Gets each line with the name of its source, for the terminal.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._on_metrics_line, self._on_line = on_metrics_line, on_line
        self._files: dict[str, io.FileIO] = {}

    def receiver(self, name: str, *, shown: bool = True) -> Output:
        """Return what takes the output of one more process of this name; `shown` is for the terminal too."""
        if name not in self._files:
            self._files[name] = io.FileIO(self._folder / f"{name}.log", "w")
        file, held = self._files[name], bytearray()
        on_line = self._on_line if shown else None

        def receive(chunk: bytes) -> None:
            held.extend(chunk)
            end = held.rfind(b"\n") + 1
            if not end and len(held) < _MAX_HELD_BYTES:
                return
            whole = bytes(held[: end or len(held)])  # whole lines, so that processes do not cut into each other's
            del held[: len(whole)]
            if not file.closed:
                file.write(whole)
            if on_line is None and _EMF_MARK not in whole:
                return
            for line in whole.splitlines():
                if _EMF_MARK in line:
                    self._on_metrics_line(line)
                if on_line:
                    on_line(name, line)

        return receive

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
