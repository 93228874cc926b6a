from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults import fuzz
from ticketrouter.domain.message import Received
from ticketrouter.edge import http, sqs


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # what is found is stored below the working directory


def sizes(monkeypatch: pytest.MonkeyPatch, raw: int, known: int, events: int, documents: int) -> None:
    for name, size in [("RAW_REQUESTS", raw), ("KNOWN_REQUESTS", known), ("EVENTS", events), ("DOCUMENTS", documents)]:
        monkeypatch.setattr(fuzz, name, size)


def test_whatever_bytes_come_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a few of each kind of input
    sizes(monkeypatch, 80, 80, 60, 60)

    # when
    result = fuzz.run(seed=1, scale=1.0)

    # then all were tried, requests reached functions, and nothing broke
    assert result.broken == []
    tried = {
        name: result.figures[name] for name in ("raw_requests", "structured_requests", "queue_events", "documents")
    }
    assert tried == {"raw_requests": 80, "structured_requests": 80, "queue_events": 60, "documents": 60}
    assert result.figures["reached_a_function"] > 40
    assert result.figures["messages_kept_as_dead_letters"] > 20
    assert result.figures["documents_taken"] > 5


def unguarded(event: Any, **limits: Any) -> str:
    body = event.get("body", "")
    return base64.b64decode(body).decode() if event["isBase64Encoded"] else body


def forgetful(event: Any) -> list[Received]:
    return ORIGINAL_RECEIVED(event)[:-1]


ORIGINAL_RECEIVED = sqs.received


@pytest.mark.parametrize(
    ("module", "name", "mutant", "size", "said"),
    [
        # As many as it takes, to the first: what hypothesis draws depends on the modules that are loaded.
        (http, "read_body", unguarded, (1, 3_000, 1, 1), "structured_requests"),
        (sqs, "received", forgetful, (1, 1, 300, 1), "queue_events"),
    ],
)
def test_what_a_guard_held_back_is_found_without_it(
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    name: str,
    mutant: Callable[..., Any],
    size: tuple[int, int, int, int],
    said: str,
) -> None:
    # given a product without one of its guards
    sizes(monkeypatch, *size)
    monkeypatch.setattr(module, name, mutant)

    # when
    result = fuzz.run(seed=1, scale=1.0)

    # then
    assert [sentence for sentence in result.broken if sentence.startswith(f"{said}, seed 1")], result.broken
