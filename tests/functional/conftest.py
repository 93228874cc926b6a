"""What tests of handlers share."""

from __future__ import annotations

import sys

import pytest
from ticketrouter.telemetry import logger


@pytest.fixture
def output(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> pytest.CaptureFixture[str]:
    """Capture what a function writes, its log lines too: the logger holds the stream of the time it was made."""
    monkeypatch.setattr(logger.registered_handler, "stream", sys.stdout)
    return capsys
