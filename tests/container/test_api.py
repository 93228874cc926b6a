"""`sam local start-api`: requests over HTTP, through SAM's own gateway and the authorizer's container."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.container.conftest import Report
from tests.container.sam import Sam
from tests.container.services import Services
from tests.container.shell import ROOT


@pytest.fixture(scope="module")
def api(sam: Sam, stack: Services) -> Iterator[httpx.Client]:
    """A client with the key that the events carry."""
    stack.stage.empty()
    event = json.loads((ROOT / "events/authorizer/good.json").read_text(encoding="utf-8"))
    headers = {"Authorization": event["headers"]["authorization"]}
    with sam.serve("start-api", stack) as url, httpx.Client(base_url=url, headers=headers, timeout=120) as client:
        yield client


def test_a_post_is_answered_202(api: httpx.Client) -> None:
    answer = api.post("/tickets", json={"ticket_id": "INC-1", "description": "Nobody can log in since 9:00"})

    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
    assert answer.headers["location"] == "/tickets/INC-1"


def test_a_ticket_can_be_read_by_its_location(api: httpx.Client) -> None:
    location = api.post("/tickets", json={"description": "Where is my invoice?"}).headers["location"]

    answer = api.get(location)

    assert (answer.status_code, answer.json()["description"]) == (200, "Where is my invoice?")


def test_without_a_key_nothing_is_taken(api: httpx.Client) -> None:
    answer = api.post("/tickets", json={"description": "x"}, headers={"Authorization": "Bearer tr_dev_wrong"})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [("POST", "/tickets", "{", 400), ("POST", "/tickets", "{}", 422), ("GET", "/nowhere", "", 404)],
)
def test_a_refusal_says_why(api: httpx.Client, method: str, path: str, body: str, expected: int) -> None:
    answer = api.request(method, path, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == expected
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_health_is_open(api: httpx.Client) -> None:
    assert httpx.get(f"{api.base_url}/health").json()["status"] == "ok"


def test_how_long_a_post_takes(api: httpx.Client, report: Report) -> None:
    api.post("/tickets", json={"description": "The first one starts the containers."})
    walls_ms = []
    for number in range(20):
        began = time.perf_counter()
        answer = api.post("/tickets", json={"ticket_id": f"T-{number}", "description": "The export is empty."})
        walls_ms.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 202

    report("sam local start-api", f"POST /tickets, warm, median of 20: {statistics.median(walls_ms):5.1f} ms")
