"""Canaries in every input and secret; and whether the watch notices one that gets out."""

from __future__ import annotations

import json
from contextlib import suppress
from random import Random
from typing import Any

import pytest

from tests.faults import canaries
from tests.faults.harness.capture import captured
from tests.faults.harness.log_lines import faults_of
from ticketrouter.telemetry import logger


def test_no_canary_gets_out_and_every_line_is_one_object() -> None:
    result = canaries.run(seed=1, scale=0.1)

    assert result.broken == []
    assert result.figures["canaries"] > 100
    assert result.figures["webhooks"] > 10


@pytest.mark.parametrize("way_out", ["a log line", "the end"])
def test_one_that_gets_out_is_reported(way_out: str) -> None:
    flock = canaries.Flock(Random(1))
    canary = flock.word("text")

    def leak(event: Any, context: Any) -> None:
        if way_out == "the end":
            raise ValueError(canary)
        logger.info("accepted", ticket_id=canary)

    with captured() as log, suppress(ValueError):
        watched = canaries.Watched(None, None, None, flock, log, "")  # type: ignore[arg-type]
        watched._watched("ingest", leak)({}, None)

    assert watched.broken == [f"text in {way_out} of ingest"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no JSON\n", "no JSON"),
        ("5\n", "no object"),
        ('{"message": "accepted"}', "no end"),
        ('{"message": "accepted", "text": "x"}\n', "does not name: ['text']"),
        ('{"message": "a\u2028b"}\n', "control character"),
        ('{"message": "accepted"}\n\n', "no JSON"),
    ],
)
def test_a_line_that_is_not_as_it_should_be_is_reported(text: str, said: str) -> None:
    assert any(said in one for one in faults_of(text, "ingest"))
    assert list(faults_of(json.dumps({"message": "accepted", "ticket_id": "a\r\n"}) + "\n", "ingest")) == []
