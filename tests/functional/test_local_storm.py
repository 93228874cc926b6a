"""How a storm is posted and watched, on a stand-in for the API and the sink."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp import ClientSession, web

from local.errors import LocalStackError
from local.listen import listen
from local.storm import drive
from local.storm.outcome import Seen, count
from local.storm.tickets import Telling

BEFORE = {"received_at_ms": 0, "destination": "sink", "status": 200, "body": "another storm"}
TELLINGS = [Telling("outage", {"description": f"no login {number}"}) for number in range(5)]


class Router:
    """Finds every ticket urgent at the next look at the changes, and tells all of them in one message.

    It first answers as `refusals` say, never scores the first `forgets` tickets, and the message is there only after
    `late` looks at the sink. With `dead`, the alert of the first ticket is tried without end, as each look tells.
    """

    def __init__(
        self, refusals: Sequence[web.Response] = (), forgets: int = 0, late: int = 0, dead: bool = False
    ) -> None:
        self.posts: list[dict[str, Any]] = []
        self.late = late
        self.dead = dead
        self._refusals = list(refusals)
        self._forgets = forgets
        self._told = 0

    async def answer(self, request: web.BaseRequest) -> web.Response:
        match (request.method, request.path):
            case ("POST", "/tickets") if self._refusals:
                return self._refusals.pop()
            case ("POST", "/tickets"):
                self.posts.append(await request.json())
                return web.json_response({"status": "accepted"}, status=202)
            case (_, "/changes"):
                news, self._told = self._tickets()[self._told :], len(self._tickets())
                if self.dead and self.posts:
                    news = [*news, self._tickets()[0] | {"alerts": [{"destination": "sink", "status": "pending"}]}]
                return web.json_response({"tickets": news, "cursor": "c", "more": False, "poll_after_ms": 1})
            case (_, "/tickets"):
                return web.json_response({"tickets": self._tickets(), "cursor": None})
            case (_, "/incidents"):
                page = request.query.get("cursor", "1")
                incident = {"incident_id": f"inc_{page}", "announced_at": None}
                return web.json_response({"incidents": [incident], "cursor": "2" if page == "1" else None})
        return web.json_response({"received": [BEFORE, *self._messages()]})

    def _tickets(self) -> list[dict[str, Any]]:
        return [
            {"ticket_id": post["ticket_id"], "status": "scored", "urgency_score": 0.9, "alerts": []}
            for post in self.posts[self._forgets :]
        ]

    def _messages(self) -> list[dict[str, Any]]:
        self.late -= 1
        body = " ".join(post["ticket_id"] for post in self.posts)
        return [] if self.late >= 0 else [BEFORE | {"received_at_ms": 1 << 50, "body": body}]


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

    assert [incident["incident_id"] for incident in seen.incidents] == ["inc_1", "inc_2"]
    assert len(seen.messages) == 1
    assert BEFORE not in seen.messages


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


def test_an_alert_that_is_tried_for_hours_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "PATIENCE_S", 0.2)

    seen, progress = run(Router(dead=True))

    assert count(seen).lost == 0
    assert progress[-1] == (5, 4)


def test_a_message_that_is_still_on_its_way_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "LOOK_EACH_S", 0)

    seen, _ = run(Router(late=2))

    assert count(seen).forgotten == ()


def test_a_message_that_never_comes_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "ON_ITS_WAY_S", 0.1)

    seen, _ = run(Router(late=1_000))

    assert len(count(seen).forgotten) == 5
