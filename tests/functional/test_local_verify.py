"""`verify` believes nothing: each promise that a router breaks is named, and what was posted is deleted.

Against the real stack it runs in tests/e2e; here a router that lies on demand.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer import Exit

from local.commands.verify import verify
from local.errors import LocalStackError
from local.state import StackFile
from local.verification import BREACH, Check, Verification

Json = dict[str, Any]
KEY = f"tr_test_{'x' * 40}"


class Router:
    """A router that keeps every promise of `Verification`, but for those that a test takes away.

    Attributes:
        lies: What it answers instead, by what is asked: a method and the beginning of a path.
    """

    def __init__(self) -> None:
        self.tickets: dict[str, Json] = {}
        self.lies: dict[str, Callable[[httpx.Request], httpx.Response]] = {}
        self._lock = threading.Lock()

    def answer(self, request: httpx.Request) -> httpx.Response:
        asked = f"{request.method} {request.url.path}"
        for beginning, lie in self.lies.items():
            if asked.startswith(beginning):
                return lie(request)
        with self._lock:
            match request.method, request.url.path.split("/")[1:]:
                case "GET", ["health"]:
                    return httpx.Response(200, json={"status": "ok"})
                case "GET", ["key"]:
                    return httpx.Response(200, json={"scopes": ["operate", "read", "submit"]})
                case "GET", ["changes"]:
                    tickets = [{"ticket_id": name} for name in self.tickets]
                    return httpx.Response(200, json={"cursor": "c", "more": False, "tickets": tickets})
                case "GET", ["tickets", name]:
                    return self._read(name)
                case "POST", ["tickets"]:
                    return self._take(json.loads(request.content), request.headers.get("idempotency-key"))
                case "POST", ["tickets", "batch"]:
                    return self._take_batch(json.loads(request.content))
                case "POST", ["score"]:
                    calm = json.loads(request.content)["text"] == BREACH
                    return httpx.Response(200, json={"urgency_score": 0.97 if calm else 0.3})
                case "DELETE", ["customers", *_]:
                    deleted = len(self.tickets)
                    self.tickets.clear()
                    return httpx.Response(200, json={"deleted": deleted})
        raise AssertionError(asked)

    def _read(self, name: str) -> httpx.Response:
        if name not in self.tickets:
            return httpx.Response(404, json={})
        alerts = [{"destination": "oncall", "status": "delivered"}]
        facts = {"status": "scored", "latency_ms": 12, "degraded": False, "model_version": "1", "explanation": [1]}
        return httpx.Response(200, json={**facts, "alerts": alerts})

    def _take(self, body: Json, idempotency_key: str | None = None) -> httpx.Response:
        if not isinstance(body["description"], str) or not body["description"]:
            return httpx.Response(422, json={"code": "invalid-ticket", "errors": [{"pointer": "/description"}]})
        name = body.get("ticket_id", idempotency_key)
        known = self.tickets.setdefault(name, body)
        if known != body:
            return httpx.Response(409, json={"code": "conflict"})
        accepted = {"ticket_id": name, "duplicate": known is not body, "lane": "standard"}
        return httpx.Response(202, json=accepted)

    def _take_batch(self, rows: list[Json]) -> httpx.Response:
        taken = [(index, self._take(row)) for index, row in enumerate(rows)]
        accepted = [answer.json() for _, answer in taken if answer.status_code == 202]
        rejected = [{"index": index} for index, answer in taken if answer.status_code != 202]
        return httpx.Response(202, json={"accepted": accepted, "rejected": rejected})


@pytest.fixture
def router(monkeypatch: pytest.MonkeyPatch) -> Router:
    made = Router()

    def get(url: httpx.URL, *, headers: dict[str, str], timeout: float) -> httpx.Response:
        return made.lies.get("no key", lambda _: httpx.Response(403 if headers else 401))(httpx.Request("GET", url))

    monkeypatch.setattr(httpx, "get", get)
    return made


def look(router: Router, **options: Any) -> dict[str, Check]:
    client = httpx.Client(base_url="https://router.example.com", transport=httpx.MockTransport(router.answer))
    verification = Verification(client, "v1", **{"wait_s": 0.01, "alert": True, **options})
    return {check.promise: check for check in verification.checks()}


def test_a_router_that_keeps_all_promises_is_found_well_and_left_empty(router: Router) -> None:
    checks = look(router)

    assert [check for check in checks.values() if not check.held] == []
    assert len(checks) == 16
    assert router.tickets == {}


def test_nobody_is_alerted_unless_that_is_asked_for(router: Router) -> None:
    posted: list[str] = []

    def note(request: httpx.Request) -> httpx.Response:
        posted.append(json.loads(request.content).get("description"))
        return router._take(json.loads(request.content), request.headers.get("idempotency-key"))

    router.lies["POST /tickets"] = lambda request: (
        router._take_batch(json.loads(request.content)) if request.url.path.endswith("batch") else note(request)
    )
    checks = look(router, alert=False)

    assert len(checks) == 15
    assert not [text for text in posted if isinstance(text, str) and "invoices of other customers" in text]


def _always_new(request: httpx.Request) -> httpx.Response:
    body = {"ticket_id": request.headers.get("x", str(id(request))), "duplicate": False, "lane": "standard"}
    return httpx.Response(202, json=body)


@pytest.mark.parametrize(
    ("asked", "lie", "broken"),
    [
        ("GET /health", {"status": "degraded"}, {"It answers, and its parts are well"}),
        ("GET /key", {"scopes": ["read"]}, {"This key may submit, read and operate"}),
        ("POST /score", {"urgency_score": 0.9}, {"Urgency is impact, not mood"}),
        ("GET /changes", {"cursor": "c", "more": False, "tickets": []}, {"What changed is told"}),
        ("DELETE /customers", {"deleted": 0}, {"What is deleted is gone"}),
        (
            "GET /tickets/",
            {"status": "accepted", "alerts": [], "degraded": True},
            {
                "Every accepted ticket is scored",
                "A score is explained, and the model's own",
                "An urgent ticket reaches its destinations",
                "What is deleted is gone",
            },
        ),
    ],
)
def test_what_does_not_hold_is_named(router: Router, asked: str, lie: Json, broken: set[str]) -> None:
    router.lies[asked] = lambda _: httpx.Response(200, json=lie)

    assert {check.promise for check in look(router).values() if not check.held} == broken


def test_a_router_without_claims_is_found_out(router: Router) -> None:
    router.lies["POST /tickets"] = _always_new

    broken = {check.promise for check in look(router).values() if not check.held}

    assert broken >= {
        "The same ticket again is a duplicate",
        "Other content under its id is refused",
        "10 posts of one id at once are one ticket",
        "An Idempotency-Key names one ticket",
        "A bad ticket is refused, and its field is named",
        "A batch takes its good rows and names its bad one",
    }


def test_a_router_that_lets_everybody_in_is_found_out(router: Router) -> None:
    router.lies["no key"] = lambda _: httpx.Response(200)

    check = look(router)["Without a key, or with a wrong one, nobody gets in"]

    assert (check.held, check.found) == (False, "answered 200 and 200")


def test_a_router_that_is_not_there_breaks_every_promise(router: Router) -> None:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no connection")

    router.lies = {"": nobody, "no key": nobody}

    checks = look(router)

    assert [check.held for check in checks.values()] == [False] * 16
    assert checks["It answers, and its parts are well"].found == "no connection"


@pytest.fixture
def asked(router: Router, monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """The requests of a command that believes to talk to a real router."""
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return router.answer(request)

    monkeypatch.setattr(httpx, "Client", partial(httpx.Client, transport=httpx.MockTransport(answer)))
    return requests


@pytest.mark.parametrize(
    ("url", "key", "said"),
    [
        ("http://127.0.0.1:8000", "", "It takes a key"),
        ("http://127.0.0.1:8000", "tr_ü", "It takes a key"),
        ("http://127.0.0.1:8000", f"{KEY}\n", "It takes a key"),
        ("127.0.0.1:8000", KEY, "no address"),
        ("localhost:8000", KEY, "no address"),
        ("http://[::", KEY, "no address"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_line(asked: list[httpx.Request], url: str, key: str, said: str) -> None:
    with pytest.raises(LocalStackError, match=said):
        verify(url=url, key=key)

    assert asked == []


def test_a_key_that_is_given_is_the_one_that_is_tried(asked: list[httpx.Request], tmp_path: Path) -> None:
    # Given a running stack with a key of its own
    stack = {"api_url": "http://127.0.0.1:8000", "api_key": KEY, "pid": os.getpid()}
    StackFile(tmp_path).write(stack)

    verify(url="", key=f"{KEY}-of-mine", state_dir=tmp_path)

    assert {request.headers["authorization"] for request in asked} == {f"Bearer {KEY}-of-mine"}


@pytest.mark.parametrize(("broken", "said"), [(False, "Deleted: 3 tickets."), (True, "may not be deleted")])
def test_ctrl_c_deletes_what_was_posted_and_says_so(
    asked: list[httpx.Request], router: Router, capsys: pytest.CaptureFixture[str], broken: bool, said: str
) -> None:
    def stop(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    router.lies = {"POST /tickets/batch": stop, **({"DELETE": lambda _: httpx.Response(503)} if broken else {})}

    with pytest.raises(Exit) as ended:
        verify(url="http://127.0.0.1:8000", key=KEY)

    assert ended.value.exit_code == 130
    assert said in capsys.readouterr().out
    assert bool(router.tickets) is broken
