"""The webhook sink: receives alerts as a customer's endpoint would, verifies signatures, and can be told to fail.

POST /hooks/<destination>     an alert arrives
GET /received                 what came, oldest first, with counts
DELETE /received              forget it
POST /control                 {"destination": "sink", "status": 500, "times": 3}: answer so to the next three;
                              "headers": {"Retry-After": "2"} and "delay_s" are optional
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

_MAX_KEPT = 10_000
_CARD = "application/vnd.microsoft.card.adaptive"
# A chat's message must have one of these. Source: the reference pages of Slack's and Discord's incoming webhooks
_CHAT_FIELDS = {"slack": ("text", "blocks", "attachments"), "discord": ("content", "embeds")}


@dataclass(frozen=True, slots=True)
class Expected:
    """What the sink knows of a destination; only a generic one signs, and only PagerDuty has a routing key."""

    kind: str
    signing_keys: tuple[str, ...] = field(default=(), repr=False)
    routing_key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request that came; `problem` is why it was refused, `status` what was answered."""

    destination: str
    webhook_id: str
    ticket_id: str
    received_at_ms: int
    status: int
    problem: str
    body: Any

    def as_json(self) -> dict[str, Any]:
        """Return it for `GET /received`."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class _Fault:
    status: int
    times: int
    headers: Mapping[str, str]
    delay_s: float


class Sink:
    """Receives webhooks."""

    def __init__(self, expected: Mapping[str, Expected], on_arrival: Callable[[Arrival], None]) -> None:
        """Prepare.

        Args:
            expected: Destinations by id; others are answered 404.
            on_arrival: Told of each arrival, accepted or not.
        """
        self._expected, self._on_arrival = expected, on_arrival
        self._arrivals: deque[Arrival] = deque(maxlen=_MAX_KEPT)
        self._faults: dict[str, _Fault] = {}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        match (request.method, request.path):
            case ("GET", "/received"):
                return web.json_response(self._received())
            case ("DELETE", "/received"):
                self._arrivals.clear()
                return web.Response(status=204)
            case ("POST", "/control"):
                return await self._control(request)
            case ("POST", path) if path.startswith("/hooks/"):
                return await self._receive(request, path.removeprefix("/hooks/"))
        return web.json_response({"error": f"no such page; this sink serves:\n{__doc__}"}, status=404)

    async def _receive(self, request: web.BaseRequest, destination: str) -> web.Response:
        raw = await request.read()
        expected = self._expected.get(destination)
        if expected is None:
            return web.json_response({"error": f"no destination {destination}"}, status=404)
        problem, body = _check(expected, raw, request.headers)
        status, headers = (400 if problem else 200), {}
        if fault := self._next_fault(destination):
            await asyncio.sleep(fault.delay_s)
            status, headers = fault.status, dict(fault.headers)
        arrival = Arrival(
            destination=destination,
            webhook_id=request.headers.get("webhook-id", ""),
            ticket_id=_ticket_id(body),
            received_at_ms=int(time.time() * 1000),
            status=status,
            problem=problem,
            body=body,
        )
        self._arrivals.append(arrival)
        self._on_arrival(arrival)
        return web.Response(status=status, text=problem or "ok", headers=headers)

    def _next_fault(self, destination: str) -> _Fault | None:
        fault = self._faults.get(destination)
        if fault is None:
            return None
        fault.times -= 1
        if fault.times <= 0:
            del self._faults[destination]
        return fault

    async def _control(self, request: web.BaseRequest) -> web.Response:
        try:
            order = json.loads(await request.read())
            self._faults[str(order["destination"])] = _Fault(
                status=int(order["status"]),
                times=int(order.get("times", 1)),
                headers={str(name): str(value) for name, value in order.get("headers", {}).items()},
                delay_s=float(order.get("delay_s", 0)),
            )
        except (ValueError, LookupError, TypeError, AttributeError):
            usage = 'send {"destination": "sink", "status": 500, "times": 3}'
            return web.json_response({"error": usage}, status=400)
        return web.Response(status=204)

    def _received(self) -> dict[str, Any]:
        accepted = [arrival for arrival in self._arrivals if arrival.status < 300]
        by_webhook: dict[str, Counter[str]] = {}
        by_ticket: dict[str, Counter[str]] = {}
        for arrival in accepted:
            by_webhook.setdefault(arrival.destination, Counter())[arrival.webhook_id] += 1
            by_ticket.setdefault(arrival.ticket_id, Counter())[arrival.destination] += 1
        return {
            "received": [arrival.as_json() for arrival in self._arrivals],
            "accepted_by_webhook_id": by_webhook,
            "accepted_by_ticket": by_ticket,
        }


def _check(expected: Expected, raw: bytes, headers: Mapping[str, str]) -> tuple[str, Any]:
    """Return what is wrong (nothing: empty) and the body."""
    try:
        body = json.loads(raw)
    except ValueError:
        return "the body is not JSON", None
    if not isinstance(body, dict):
        return "the body is not an object", body
    if fields := _CHAT_FIELDS.get(expected.kind):
        return ("" if any(body.get(name) for name in fields) else f"none of {', '.join(fields)} is set"), body
    if expected.kind == "teams":
        return _problem_of_card(body), body
    if expected.kind == "pagerduty":
        return _problem_of_event(body, expected.routing_key), body
    problem = "no signing key is known"
    for key in expected.signing_keys:
        try:
            Webhook(key).verify(raw, {name.lower(): value for name, value in headers.items()})
            return "", body
        except WebhookVerificationError as error:
            problem = str(error)
    return problem, body


def _problem_of_card(body: dict[str, Any]) -> str:
    """Return why Workflows would not post it. Source: Microsoft, "Create incoming webhooks"."""
    attachments = body.get("attachments")
    cards = attachments if body.get("type") == "message" and isinstance(attachments, list) else []
    has_card = any(isinstance(each, dict) and each.get("contentType") == _CARD for each in cards)
    return "" if has_card else "no message with an Adaptive Card"


def _problem_of_event(body: dict[str, Any], routing_key: str) -> str:
    """Return why PagerDuty would refuse it. Source: PagerDuty, "Send an Alert Event"."""
    if body.get("routing_key") != routing_key:
        return "another routing key"
    payload = body.get("payload")
    has_payload = isinstance(payload, dict) and {"summary", "source", "severity"} <= payload.keys()
    return "" if body.get("event_action") in ("acknowledge", "resolve") or has_payload else "no payload"


def _ticket_id(body: Any) -> str:
    """Find the ticket's id, wherever a kind of message has it."""
    if isinstance(body, dict):
        if isinstance(body.get("ticket_id"), str):
            return str(body["ticket_id"])
        body = list(body.values())
    if isinstance(body, list):
        return next((found for found in map(_ticket_id, body) if found), "")
    return ""
