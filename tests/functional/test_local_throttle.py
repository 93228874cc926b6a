"""The stage throttle that the local gateway imitates."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from aiohttp import ClientSession

from local.gateway import MAX_BODY_BYTES, Gateway
from local.listen import listen
from local.plan import Throttle
from local.throttle import TokenBucket
from tests.functional.local_recorder import ROUTES, Recorder, play
from tests.functional.local_toys import plan_of


def test_the_stage_throttle_answers_429_in_the_gateways_own_words() -> None:
    recorder = Recorder()

    async def scenario() -> None:
        plan = dataclasses.replace(plan_of(Path(), *ROUTES), throttle=Throttle(rate_per_s=0.001, burst=2))
        listener = await listen(Gateway(plan, recorder).handle, limit_bytes=MAX_BODY_BYTES)
        async with ClientSession(listener.url) as session:
            answers = [await session.get("/health") for _ in range(3)]
            assert [answer.status for answer in answers] == [200, 200, 429]
            assert await answers[-1].json() == {"message": "Too Many Requests"}
        await listener.close()

    play(scenario)
    assert len(recorder.events["toy"]) == 2


def test_a_token_bucket_fills_at_its_rate_up_to_its_burst() -> None:
    now_s = 0.0
    bucket = TokenBucket(Throttle(rate_per_s=2, burst=3), lambda: now_s)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now_s = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]
    now_s = 100.0
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
