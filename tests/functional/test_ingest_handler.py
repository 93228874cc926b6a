"""Ingest on real API Gateway events: every row of the error table that it can answer, beyond what test_events says."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from functions.ingest.handler import make_handler
from tests.lambda_context import FakeLambdaContext
from ticketrouter.adapters.memory import MemoryClaims, MemoryClock, MemoryRandomness, MemoryState, MemoryWorkQueue
from ticketrouter.domain.ticket import TicketIds
from ticketrouter.usecases.ingest import Ingest

EVENTS = Path(__file__).parents[2] / "events" / "ingest"


def load(case: str) -> dict[str, Any]:
    return json.loads((EVENTS / f"{case}.json").read_text())


class World:
    def __init__(self, rate_limit_per_minute: int = 100_000) -> None:
        self.clock = MemoryClock()
        self.state = MemoryState(self.clock)
        self.queue = MemoryWorkQueue()
        self.handler = make_handler(
            ingest=Ingest(
                claims=MemoryClaims(self.state, rate_limit_per_minute=rate_limit_per_minute),
                queue=self.queue,
                ids=TicketIds(b"secret"),
                clock=self.clock,
                randomness=MemoryRandomness(),
            )
        )

    def post(self, event: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        response = self.handler(copy.deepcopy(event), FakeLambdaContext("ingest"))
        return response["statusCode"], json.loads(response["body"]), response["headers"]


@pytest.fixture
def world() -> World:
    return World()


def test_what_is_queued_has_what_no_answer_shows(world: World) -> None:
    world.post(load("valid"))
    (item,) = world.queue.sent
    assert item.ticket.metadata == {"plan": "enterprise"}
    assert item.trace == "1-6740f6a0-0123456789abcdef01234567"


@pytest.mark.parametrize("case", ["first_seed", "idempotency_key"])
def test_the_same_event_again_is_a_duplicate(world: World, case: str) -> None:
    first = world.post(load(case))[1]
    status, body, _ = world.post(load(case))
    assert status == 202
    assert body == first | {"duplicate": True}


def changed(case: str, body: str | None = None, **headers: str) -> dict[str, Any]:
    event = load(case)
    if body is not None:
        event["body"] = body
    event["headers"] |= {name.replace("_", "-"): value for name, value in headers.items()}
    return event


@pytest.mark.parametrize(
    ("event", "status", "code"),
    [
        (changed("minimal", ""), 400, "malformed-body"),
        (changed("minimal", '{"text":"a","text":"b"}'), 400, "malformed-body"),
        (changed("minimal", "[" * 100_000), 413, "payload-too-large"),
        (changed("minimal", '{"a":' * 10_000), 400, "malformed-body"),
        (changed("minimal", content_encoding="gzip"), 415, "unsupported-media-type"),
        (changed("batch_csv") | {"routeKey": "POST /tickets"}, 415, "unsupported-media-type"),
        (changed("minimal", "[]"), 422, "invalid-ticket"),
        (changed("minimal", '"text"'), 422, "invalid-ticket"),
        (changed("minimal", "{}"), 422, "invalid-ticket"),
        (changed("minimal", '{"text":"a","description":"b"}'), 422, "invalid-ticket"),
        (changed("minimal", '{"text":5}'), 422, "invalid-ticket"),
        (changed("minimal", '{"text":"a","metadata":{"n":1}}'), 422, "invalid-ticket"),
        (changed("minimal") | {"routeKey": "GET /tickets"}, 404, "not-found"),
        (changed("batch_json", "{}"), 400, "malformed-body"),
        (changed("batch_json", "[]"), 400, "malformed-body"),
        (changed("batch_json", json.dumps([{"text": "x"}] * 501)), 413, "payload-too-large"),
        (changed("batch_csv", "a,b\n1,2\n"), 400, "malformed-body"),
        (changed("batch_csv", "text,text\n1,2\n"), 400, "malformed-body"),
        (changed("batch_csv", "text\n"), 400, "malformed-body"),
        (changed("batch_csv", "\ufeff"), 400, "malformed-body"),
        (changed("batch_csv", 'text\n"open'), 400, "malformed-body"),
        (changed("batch_csv", "text\n" + "x\n" * 501), 413, "payload-too-large"),
    ],
)
def test_every_refusal_is_problem_json_and_queues_nothing(
    world: World, event: dict[str, Any], status: int, code: str
) -> None:
    answered, body, headers = world.post(event)
    assert (answered, body["status"], body["code"]) == (status, status, code)
    assert headers["content-type"] == "application/problem+json"
    assert not world.queue.sent
    assert not world.state.rows


def test_a_pointer_escapes_what_means_something_in_a_pointer(world: World) -> None:
    _, body, _ = world.post(changed("minimal", '{"text":"a","a/b~c":1}'))
    assert [problem["pointer"] for problem in body["errors"]] == ["/a~1b~0c"]


def test_a_row_with_ever_so_many_faults_is_answered_in_few_words(world: World) -> None:
    # Lambda answers at most 6 MB: past that, tickets that were accepted would be answered by a 500.
    faulty = {f"k{number}": 1 for number in range(5_000)} | {"x" * 5_000: 1}
    status, body, _ = world.post(changed("batch_json", json.dumps([faulty, {"text": "a", "metadata": faulty}])))
    assert status == 202
    assert len(json.dumps(body)) < 10_000
    assert [row["problem"]["errors"][-1]["detail"] for row in body["rejected"]] == ["and 4,981 more"] * 2


def test_a_queue_that_is_away_is_a_503_and_then_a_409_until_the_lease_ends(world: World) -> None:
    world.queue.down = True
    status, body, headers = world.post(load("valid"))
    assert (status, body["code"], headers["retry-after"]) == (503, "queue-unavailable", "5")
    status, body, headers = world.post(load("valid"))
    assert (status, body["code"]) == (409, "in-progress")
    assert 1 <= int(headers["retry-after"]) <= 5


def test_a_batch_that_the_queue_refuses_whole_is_a_503(world: World) -> None:
    world.queue.down = True
    status, body, _ = world.post(changed("batch_json", '[{"text":"a"},{"text":"b"}]'))
    assert (status, body["code"]) == (503, "queue-unavailable")


def test_a_key_without_rate_left_is_a_429() -> None:
    world = World(rate_limit_per_minute=1)
    answers = [world.post(load("minimal")) for _ in range(600)]
    status, body, headers = answers[-1]
    assert (status, body["code"]) == (429, "rate-limited")
    assert int(headers["retry-after"]) >= 1
    assert answers[0][0] == 202


def test_redis_away_is_no_reason_to_refuse(world: World) -> None:
    world.state.available = False
    assert world.post(load("valid"))[0] == 202
    assert len(world.queue.sent) == 1


def test_what_nobody_foresaw_is_a_500_that_tells_nothing(world: World, output: pytest.CaptureFixture[str]) -> None:
    def explode(_: object) -> list[int]:
        raise RuntimeError("canary-secret")

    world.queue.send = explode  # type: ignore[method-assign, assignment]
    status, body, _ = world.post(load("valid"))
    assert (status, body["code"]) == (500, "internal")
    assert "canary" not in json.dumps(body)


def test_a_csv_batch_keeps_unknown_columns_as_metadata(world: World) -> None:
    world.post(load("batch_csv"))
    assert world.queue.sent[0].ticket.metadata == {"plan": "pro"}


def test_a_csv_from_a_spreadsheet_is_read(world: World) -> None:
    status, body, _ = world.post(changed("batch_csv", '\ufeffText;Customer\r\n"Zeile 1\nZeile 2";acme\r\n;;\r\n'))
    assert (status, len(body["accepted"]), body["rejected"]) == (202, 1, [])
    assert world.queue.sent[0].ticket.description == "Zeile 1\nZeile 2"


@pytest.mark.parametrize("key", ["import-7", "k" * 255])
def test_a_batch_with_an_idempotency_key_can_be_sent_again(world: World, key: str) -> None:
    event = changed("batch_json", '[{"text":"a"},{"text":"b"}]', idempotency_key=key)
    assert len(world.post(event)[1]["accepted"]) == 2
    assert len(world.post(event)[1]["duplicates"]) == 2


def test_no_text_of_a_ticket_is_logged(world: World, output: pytest.CaptureFixture[str]) -> None:
    world.post(changed("minimal", '{"subject":"canary-1","text":"canary-2","customer":"canary-3"}'))
    world.post(changed("minimal", '{"text":"canary-4","mood":"canary-5"}'))
    world.post(changed("minimal", '{"text":"canary-6'))
    out = output.readouterr().out
    assert '"refused"' in out, "the log must have been captured"
    assert "canary" not in out


def test_an_export_with_an_id_column_can_be_uploaded_twice(world: World) -> None:
    event = changed("batch_csv", "id,text\n7,An error\n8,Thanks\n")
    assert [row["ticket_id"] for row in world.post(event)[1]["accepted"]] == ["7", "8"]
    assert [row["ticket_id"] for row in world.post(event)[1]["duplicates"]] == ["7", "8"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("[]", "must be a JSON object"),
        ("{}", "give either description or text"),
        ('{"text":"a","x":1}', "/x is not known here"),
        (
            '{"text":"a","ticket_id":"a b"}',
            "/ticket_id must be 1 to 128 letters, digits or . _ : -, and neither . nor ..",
        ),
        ('{"text":"a","ticket_id":""}', "/ticket_id must be 1 to 128 letters, digits or . _ : -, and neither . nor .."),
    ],
)
def test_a_refusal_says_what_to_do_in_plain_words(world: World, body: str, detail: str) -> None:
    assert world.post(changed("minimal", body))[1]["detail"] == detail
