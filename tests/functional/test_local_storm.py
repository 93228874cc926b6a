"""How a storm is posted and watched, on a stand-in for the API and the sink."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import ClientSession, web

from local.errors import LocalStackError
from local.listen import listen
from local.storm import drive
from local.storm.outcome import Seen
from local.storm.tickets import Telling

TELLINGS = [Telling("outage", {"description": f"no login {number}"}) for number in range(5)]


class Router:
    """Scores what it takes at the next look at the changes; `forgets` some, and first answers as `refusals` say."""

    def __init__(self, refusals: list[web.Response] | None = None, forgets: int = 0) -> None:
        self.refusals = refusals or []
        self.posts: list[dict[str, Any]] = []
        self._forgets = forgets
        self._told = 0

    async def answer(self, request: web.BaseRequest) -> web.Response:
        if request.method == "POST":
            if self.refusals:
                return self.refusals.pop()
            self.posts.append(await request.json())
            return web.json_response({"status": "accepted"}, status=202)
        tickets = [
            {"ticket_id": it["ticket_id"], "status": "scored", "alerts": []} for it in self.posts[self._forgets :]
        ]
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "/changes": lambda: {"tickets": tickets[self._told :], "cursor": "c", "more": False, "poll_after_ms": 1},
            "/tickets": lambda: {"tickets": tickets, "cursor": None},
            "/incidents": lambda: {
                "incidents": [{"incident_id": request.query.get("cursor", "1")}],
                "cursor": self._next(request),
            },
            "/received": lambda: {"received": [{"received_at_ms": 0}, {"received_at_ms": 1 << 50}]},
        }
        body = answers[request.path]()
        if request.path == "/changes":
            self._told = len(tickets)
        return web.json_response(body)

    @staticmethod
    def _next(request: web.BaseRequest) -> str | None:
        return None if "cursor" in request.query else "2"


def run(router: Router) -> tuple[Seen, list[tuple[int, int]]]:
    progress: list[tuple[int, int]] = []

    async def scenario() -> Seen:
        listener = await listen(router.answer, limit_bytes=10_000)
        try:
            async with ClientSession(listener.url) as session:
                storm = drive.Storm(session, listener.url, lambda posted, final: progress.append((posted, final)))
                return await storm.run(TELLINGS, seconds=0)
        finally:
            await listener.close()

    return asyncio.run(scenario()), progress


def test_everything_is_posted_once_and_watched_until_it_is_final() -> None:
    router = Router()

    seen, progress = run(router)

    assert [post["description"] for post in router.posts] == [it.body["description"] for it in TELLINGS]
    assert list(seen.posted.values()) == TELLINGS
    assert seen.tickets.keys() == seen.posted.keys()
    assert progress[-1] == (5, 5)


def test_every_page_of_incidents_is_read_and_no_message_of_before() -> None:
    seen, _ = run(Router())

    assert [incident["incident_id"] for incident in seen.incidents] == ["1", "2"]
    assert seen.messages == [{"received_at_ms": 1 << 50}]


def test_a_post_that_is_put_off_is_sent_again_under_the_same_id() -> None:
    router = Router([web.Response(status=503, headers={"Retry-After": "0"}) for _ in range(3)])

    seen, _ = run(router)

    assert len(router.posts) == len(seen.posted) == 5
    assert {post["ticket_id"] for post in router.posts} == seen.posted.keys()


def test_a_post_that_is_refused_ends_the_storm() -> None:
    with pytest.raises(ExceptionGroup) as group:
        run(Router([web.json_response({"code": "invalid-ticket"}, status=422)]))

    assert [type(error) for error in group.value.exceptions] == [LocalStackError]
    assert "POST /tickets answered 422" in str(group.value.exceptions[0])


def test_a_ticket_that_is_never_final_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "PATIENCE_S", 0.2)

    seen, progress = run(Router(forgets=1))

    assert len(seen.posted.keys() - seen.tickets.keys()) == 1
    assert progress[-1] == (5, 4)
