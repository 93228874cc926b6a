"""Requests that are small to send and dear to read: refused before they cost anything, or taken as they are."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.faults.harness.bombs import bombs
from tests.faults.harness.memory_api import MemoryApi, check
from tests.faults.harness.small_world import small_world
from ticketrouter.edge import http


@pytest.fixture(scope="module")
def api() -> Iterator[MemoryApi]:
    with closing(MemoryApi(small_world())) as opened:
        yield opened


BOMBS = bombs()


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_answered_rightly(api: MemoryApi, name: str) -> None:
    request, status, code = BOMBS[name]
    api.stage = small_world()

    answer = api.send(request)

    check(api, answer)
    body = json.loads(answer.body)
    assert (answer.status, body.get("code", "")) == (status, code)


def refuse(*arguments: object, **options: object) -> None:
    raise AssertionError("this was not to be read")


@pytest.mark.parametrize(
    "name", ["gzip of 50 MB", "deflate of 50 MB", "a body of 5 MB", "a batch of 5 MB, never closed"]
)
def test_what_is_too_large_or_compressed_is_refused_before_it_is_read(
    api: MemoryApi, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # given parsers and inflaters that must not be called
    monkeypatch.setattr(http, "parse_json", refuse)
    monkeypatch.setattr(zlib, "decompressobj", refuse)
    request, status, _ = BOMBS[name]

    # then
    answer = api.send(request)
    assert (answer.status, api.failures) == (status, [])
