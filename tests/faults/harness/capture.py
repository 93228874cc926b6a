"""What functions write in this process: log lines and metrics, which both are lines on standard output in Lambda."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from ticketrouter.telemetry import logger


@contextmanager
def captured() -> Iterator[io.StringIO]:
    """Collect all of it; gives where it goes."""
    sink = io.StringIO()
    handler = logger.registered_handler
    before = handler.stream  # type: ignore[attr-defined]
    handler.stream = sink  # type: ignore[attr-defined]
    try:
        with redirect_stdout(sink), redirect_stderr(sink):
            yield sink
    finally:
        handler.stream = before  # type: ignore[attr-defined]
