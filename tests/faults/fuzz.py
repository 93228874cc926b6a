"""Any bytes at all: requests, queue events and documents that mean harm, against the handlers over twins in memory.

No handler may raise, no answer be a 5xx, and each be as the OpenAPI document or the gateway's list has it; of a batch
from a queue nothing may be lost, and what nobody can read is kept; a document is taken or refused by a sentence.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import Any

from hypothesis.strategies import SearchStrategy

from tests.faults.harness.bombs import bombs
from tests.faults.harness.hostile_documents import attack_document, documents
from tests.faults.harness.hostile_http import known_requests, raw_requests
from tests.faults.harness.hostile_queue import NO_EVENTS, WORDS, attack_queue, attack_with_no_event, queue_events
from tests.faults.harness.hunt import hunt
from tests.faults.harness.memory_api import MemoryApi, check
from tests.faults.harness.small_world import small_world
from tests.faults.suite import Result

RAW_REQUESTS, KNOWN_REQUESTS, EVENTS, DOCUMENTS = 10_000, 5_000, 2_000, 2_000


class Attacks:
    """How each kind of input is tried, and what came of them.

    Attributes:
        seen: Answers by status, messages, documents that were taken.
    """

    def __init__(self, api: MemoryApi) -> None:
        self.seen: Counter[str] = Counter()
        self._api = api

    def request(self, request: bytes) -> None:
        """Send a request to a world of its own."""
        self._api.stage = small_world(incident=b"incidents" in request or b"changes" in request)
        answer = self._api.send(request)
        check(self._api, answer)
        self.seen[f"status_{answer.status or 'none'}"] += 1
        self.seen["reached_a_function"] += any(word != "authorizer" for word, _, _ in self._api.calls)

    def event(self, drawn: tuple[str, Any]) -> None:
        """Give a batch to a function."""
        word, event = drawn
        stage = small_world()
        before = set(stage.state.letters)
        attack_queue(stage, word, event)
        self.seen["messages"] += len(event["Records"])
        self.seen["messages_kept_as_dead_letters"] += len(stage.state.letters.keys() - before)

    def document(self, drawn: tuple[str, bytes]) -> None:
        """Set up with a document."""
        self.seen["documents_taken"] += attack_document(small_world(), *drawn)


def run(seed: int, scale: float) -> Result:
    """Hunt in all of them."""
    figures: dict[str, Any] = {}
    broken: list[str] = []
    with closing(MemoryApi(small_world())) as api:
        attacks = Attacks(api)
        slowest_ms = 0.0
        for name, (request, status, _) in bombs().items():
            api.stage = small_world()
            began = time.thread_time()
            answered = api.send(request).status
            slowest_ms = max(slowest_ms, (time.thread_time() - began) * 1_000)
            if answered != status:
                broken.append(f"bomb, {name}: {answered} instead of {status}")
        figures |= {"bombs": len(bombs()), "slowest_bomb_ms": round(slowest_ms)}
        hunts: list[tuple[str, SearchStrategy[Any], Callable[[Any], None], int]] = [
            ("raw_requests", raw_requests(), attacks.request, RAW_REQUESTS),
            ("structured_requests", known_requests(), attacks.request, KNOWN_REQUESTS),
            ("queue_events", queue_events(), attacks.event, EVENTS),
            ("documents", documents(), attacks.document, DOCUMENTS),
        ]
        for name, inputs, attack, examples in hunts:
            found = hunt(name, inputs, attack, examples=max(1, round(examples * scale)), with_seed=seed)
            figures[name] = found.tried
            broken += found.broken
        figures |= sorted(attacks.seen.items())
    for word in WORDS:
        for event in NO_EVENTS:
            attack_with_no_event(small_world(), word, event)
    return Result({**figures, "broken_promises": len(broken)}, broken)
