"""What a load needs beside the stack. The generator, against a server that answers nobody until everybody has come."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from local.benchmarks import services
from local.listen import listen
from local.load.generator import Order, carry_out, generate
from local.load.samples import Sample
from local.plan import Place

ORDER = {"key": "k", "rate_per_s": 200.0, "seconds": 0.1, "prefix": "p", "pattern": "constant"}
REQUESTS = 20


class Server:
    """Holds every answer back until the last request is here: a client that waits for answers would never send it."""

    def __init__(self) -> None:
        self.posts: list[dict[str, str]] = []
        self._all_here = asyncio.Event()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.posts.append(await request.json())
        if len(self.posts) == REQUESTS:
            self._all_here.set()
        await self._all_here.wait()
        return web.json_response({}, status=202)


async def _run(in_a_process: bool) -> tuple[list[Sample], Server]:
    server = Server()
    listener = await listen(server.answer, limit_bytes=65_536)
    try:
        order = Order(url=listener.url, **ORDER)  # type: ignore[arg-type]
        return await (generate(order) if in_a_process else carry_out(order)), server
    finally:
        await listener.close()


def test_requests_are_sent_at_their_time_whatever_the_answers() -> None:
    samples, server = asyncio.run(_run(in_a_process=False))

    assert [sample.due_s for sample in samples] == [number / 200 for number in range(REQUESTS)]
    assert {sample.status for sample in samples} == {202}
    assert {sample.ticket_id for sample in samples} == {post["ticket_id"] for post in server.posts}
    # The first one waited for the last: its latency holds the whole run.
    assert samples[0].latency_ms >= 1000 * samples[-1].due_s
    assert all(sample.latency_ms >= sample.service_ms for sample in samples)


def test_the_process_of_its_own_says_the_same() -> None:
    samples, server = asyncio.run(_run(in_a_process=True))

    assert [sample.due_s for sample in samples] == [number / 200 for number in range(REQUESTS)]
    assert len(server.posts) == REQUESTS


def test_nobody_there_is_a_sample_too() -> None:
    samples = asyncio.run(carry_out(Order(url="http://127.0.0.1:9", **ORDER)))  # type: ignore[arg-type]

    assert [sample.status for sample in samples] == [0] * REQUESTS


def test_a_benchmark_needs_no_folder_of_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator writes into it, and ended where no stack had ever run."""
    folders: list[bool] = []

    async def refuse(place: Place, *_: object) -> None:
        folders.append(place.state_folder.is_absolute() and place.state_folder.is_dir())
        raise ConnectionRefusedError

    monkeypatch.setattr(services, "start_emulator", refuse)
    monkeypatch.setattr("os.environ", {"PATH": "/usr/bin:/bin"})

    async def start() -> None:
        async with services.services(Path(__file__).parents[2]):
            pass

    with pytest.raises(ConnectionRefusedError):
        asyncio.run(start())
    assert folders == [True]
