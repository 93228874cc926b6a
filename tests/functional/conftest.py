"""What tests of handlers share."""

from __future__ import annotations

import sys

import pytest

from ticketrouter.telemetry import logger


class _CurrentStdout:
    """Writes to what is standard output at that moment."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> pytest.CaptureFixture[str]:
    """Capture what a function writes, its log lines too: the logger keeps the stream of the time it was made."""
    monkeypatch.setattr(logger.registered_handler, "stream", _CurrentStdout())
    return capsys
