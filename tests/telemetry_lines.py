"""What a handler writes: invoke it as Lambda does, and collect its log lines and metrics."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aws_lambda_powertools.metrics.provider import cold_start

from tests.lambda_context import FakeLambdaContext
from ticketrouter.domain.message import Received
from ticketrouter.telemetry import Handler, logger, metrics

EVENTS = Path(__file__).parents[1] / "events"
Line = dict[str, Any]
TRACE = "Root=1-6740f6a0-0123456789abcdef01234567"


def event(word: str, case: str, **changes: Any) -> dict[str, Any]:
    """Return one of the events in events/, with some of its members replaced."""
    loaded: dict[str, Any] = json.loads((EVENTS / word / f"{case}.json").read_text(encoding="utf-8"))
    return loaded | changes


@contextmanager
def written() -> Iterator[list[Line]]:
    """Collect the JSON lines that are written inside, logs and metrics alike."""
    lines: list[Line] = []
    out = io.StringIO()
    with (
        redirect_stdout(out),
        patch.object(logger.registered_handler, "stream", out),
        patch.object(cold_start, "is_cold_start", True),  # a process of its own
        patch.dict("os.environ", {"_X_AMZN_TRACE_ID": f"{TRACE};Sampled=1"}),  # as Lambda sets it
    ):
        yield lines
        metrics.flush_metrics()  # what was counted outside an invocation
    lines += [json.loads(text) for text in out.getvalue().splitlines()]


def call(handler: Handler, of: dict[str, Any], word: str) -> Any:
    """Invoke as Lambda does: with an event of its own."""
    return handler(copy.deepcopy(of), FakeLambdaContext(word, remaining_ms=60_000))


def records(*messages: Received) -> dict[str, Any]:
    """Return messages as the event that Lambda makes of them."""
    return {
        "Records": [
            {
                "messageId": message.message_id,
                "receiptHandle": message.receipt_handle,
                "eventSourceARN": message.source_arn,
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": str(message.receive_count)},
            }
            for message in messages
        ]
    }
