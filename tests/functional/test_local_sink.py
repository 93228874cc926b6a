from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession
from standardwebhooks.webhooks import Webhook

from local.listen import listen
from local.sink import Arrival, Expected, Sink

KEYS = [f"whsec_{base64.b64encode(bytes([number]) * 32).decode()}" for number in range(3)]
EXPECTED = {
    "oncall": Expected("generic", (KEYS[0], KEYS[1])),
    "chat": Expected("slack"),
    "room": Expected("discord"),
    "team": Expected("teams"),
    "pager": Expected("pagerduty", routing_key="r" * 32),
}
CARD = {"contentType": "application/vnd.microsoft.card.adaptive", "content": {"type": "AdaptiveCard"}}
EVENT = {"routing_key": "r" * 32, "payload": {"summary": "x", "source": "y", "severity": "info"}}
BODY = {"type": "ticket.urgent", "data": {"ticket_id": "t-1"}}


def play(scenario: Callable[[ClientSession], Awaitable[None]]) -> list[Arrival]:
    arrivals: list[Arrival] = []

    async def main() -> None:
        listener = await listen(Sink(EXPECTED, arrivals.append).handle, limit_bytes=1_000_000)
        async with ClientSession(listener.url) as session:
            await scenario(session)
        await listener.close()

    asyncio.run(main())
    return arrivals


def signed(
    body: Any = BODY, *, key: str = KEYS[0], webhook_id: str = "msg_1", at_s: float | None = None
) -> dict[str, Any]:
    at = datetime.fromtimestamp(time.time() if at_s is None else at_s, tz=UTC)
    data = json.dumps(BODY)
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(key).sign(webhook_id, at, data),
        "Content-Type": "application/json",
    }
    return {"data": data, "headers": headers}


async def post(session: ClientSession, destination: str, **request: Any) -> int:
    async with session.post(f"/hooks/{destination}", **request) as response:
        return response.status


async def received(session: ClientSession) -> dict[str, Any]:
    async with session.get("/received") as response:
        answer: dict[str, Any] = await response.json()
        return answer


def test_signed_webhooks_are_kept_and_counted() -> None:
    async def scenario(session: ClientSession) -> None:
        assert await post(session, "oncall", **signed()) == 200
        assert await post(session, "oncall", **signed(key=KEYS[1])) == 200  # the key before a rotation
        assert await post(session, "oncall", **signed(webhook_id="msg_2")) == 200
        answer = await received(session)
        assert answer["accepted_by_webhook_id"] == {"oncall": {"msg_1": 2, "msg_2": 1}}
        assert answer["accepted_by_ticket"] == {"t-1": {"oncall": 3}}
        assert [each["body"] for each in answer["received"]] == [BODY] * 3
        await session.delete("/received")
        assert (await received(session))["received"] == []

    arrivals = play(scenario)
    assert [(each.destination, each.status, each.ticket_id) for each in arrivals] == [("oncall", 200, "t-1")] * 3


@pytest.mark.parametrize(
    "request_parts",
    [
        signed(key=KEYS[2]),
        {**signed(), "data": json.dumps({**BODY, "type": "forged"})},
        {"data": json.dumps(BODY)},
        signed(at_s=time.time() - 3600),
        {"data": b"not json"},
        {"data": b"[]"},
    ],
    ids=["foreign key", "changed body", "no signature", "old", "not json", "no object"],
)
def test_what_is_not_signed_right_is_refused(request_parts: dict[str, Any]) -> None:
    async def scenario(session: ClientSession) -> None:
        assert await post(session, "oncall", **request_parts) == 400
        assert (await received(session))["accepted_by_webhook_id"] == {}

    arrivals = play(scenario)
    assert arrivals[0].problem


@pytest.mark.parametrize(
    ("destination", "body", "status"),
    [
        ("chat", {"text": "x", "ticket_id": "t-1"}, 200),
        ("chat", {"blocks": [{"type": "section"}]}, 200),
        ("chat", {"content": "x"}, 400),
        ("room", {"embeds": [{"title": "x"}]}, 200),
        ("room", {"text": "x"}, 400),
        ("team", {"type": "message", "attachments": [CARD]}, 200),
        ("team", {"type": "message", "attachments": ["card"]}, 400),
        ("team", {"type": "message", "text": "x"}, 400),
        ("team", CARD, 400),
        ("pager", {**EVENT, "event_action": "trigger"}, 200),
        ("pager", {"routing_key": "r" * 32, "event_action": "resolve"}, 200),
        ("pager", {**EVENT, "event_action": "trigger", "routing_key": "q" * 32}, 400),
        ("pager", {**EVENT, "event_action": "trigger", "payload": {"summary": "x"}}, 400),
        ("nowhere", {"text": "x"}, 404),
    ],
)
def test_chat_messages_need_no_signature_but_the_right_fields(
    destination: str, body: dict[str, Any], status: int
) -> None:
    async def scenario(session: ClientSession) -> None:
        assert await post(session, destination, json=body) == status

    play(scenario)


def test_it_fails_as_often_as_it_is_told() -> None:
    async def scenario(session: ClientSession) -> None:
        order = {"destination": "oncall", "status": 503, "times": 2, "headers": {"Retry-After": "7"}}
        assert (await session.post("/control", json=order)).status == 204
        async with session.post("/hooks/oncall", **signed()) as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "7")
        assert await post(session, "chat", json={"text": "x"}) == 200  # others are not affected
        assert await post(session, "oncall", **signed()) == 503
        assert await post(session, "oncall", **signed()) == 200
        answer = await received(session)
        assert answer["accepted_by_webhook_id"]["oncall"] == {"msg_1": 1}
        assert [each["status"] for each in answer["received"]] == [503, 200, 503, 200]

    play(scenario)


def test_a_wrong_order_and_a_wrong_page_say_what_is_right() -> None:
    async def scenario(session: ClientSession) -> None:
        async with session.post("/control", json={"status": 500}) as response:
            assert response.status == 400
            assert "destination" in (await response.json())["error"]
        async with session.get("/elsewhere") as response:
            assert response.status == 404
            assert "/hooks/<destination>" in (await response.json())["error"]

    play(scenario)
